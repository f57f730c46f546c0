package main

import (
	"context"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/runtime"
	genericserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// noNode is the name of a node that does not exist. The library adds rules for the pods of its node, on kernels that support them. The
// lab has rules for the pods of all nodes.
const noNode = "none"

// newPoliciesCommand enforces the cluster's NetworkPolicies. The kernel queues the first packet of each connection from or to a pod
// (lab/cluster/firewall.ts), and this program accepts or drops it. One instance decides for all nodes, which share the machine.
func newPoliciesCommand() *cobra.Command {
	var kubeconfig, table, healthAddress string
	var queue int
	command := &cobra.Command{
		Use:           "network-policies",
		Short:         "Enforces NetworkPolicies",
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(*cobra.Command, []string) error {
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				return err
			}
			return runPolicies(genericserver.SetupSignalContext(), client, networkpolicy.Config{NodeName: noNode, QueueID: queue, NFTableName: table}, healthAddress)
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "file with the cluster's address and credentials")
	command.Flags().IntVar(&queue, "queue", 0, "number of the kernel's queue")
	command.Flags().StringVar(&table, "nft-table", "", "nftables table for the rules that the library adds")
	command.Flags().StringVar(&healthAddress, "healthz-bind-address", "", "address and port of the health check")
	for _, required := range []string{"kubeconfig", "queue", "nft-table", "healthz-bind-address"} {
		runtime.Must(command.MarkFlagRequired(required))
	}
	return command
}

func runPolicies(ctx context.Context, client kubernetes.Interface, config networkpolicy.Config, healthAddress string) error {
	factory := informers.NewSharedInformerFactory(client, 0)
	policies := factory.Networking().V1().NetworkPolicies()
	namespaces := factory.Core().V1().Namespaces()
	pods := factory.Core().V1().Pods()
	controller, err := networkpolicy.NewController(client, policies, namespaces, pods, nil, nil, nil, nil, config)
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	ended := make(chan error, 2)
	go func() {
		ended <- http.ListenAndServe(healthAddress, http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
			if !isBound(config.QueueID) {
				http.Error(response, "the queue is not bound", http.StatusServiceUnavailable)
			}
		}))
	}()
	// The controller waits until the informers have synchronized, and binds the queue.
	go func() { ended <- controller.Run(ctx) }()
	return <-ended
}

// isBound reports whether a program receives the packets of a queue of the kernel. Each line of the kernel's file begins with a number
// of a bound queue.
func isBound(queue int) bool {
	bound, err := os.ReadFile("/proc/net/netfilter/nfnetlink_queue")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(bound)) {
		if fields := strings.Fields(line); len(fields) > 0 && fields[0] == strconv.Itoa(queue) {
			return true
		}
	}
	return false
}
