// Command kubernetes contains all components of a Kubernetes cluster except kubectl. The components share most of their packages, so
// one program takes less time and space to build than one for each.
//
// The program's name selects the component (a link named etcd runs etcd), or its first argument does. kubectl is a separate program:
// it starts often, and loading the other components would delay every start.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// components has the components by name. Each reads its flags from os.Args, whose first element is its name.
var components = map[string]func(){
	"etcd":                    func() { etcdmain.Main(os.Args) },
	"coredns":                 runDNS,
	"volumes":                 func() { exitWith(newVolumesCommand()) },
	"network-policies":        func() { exitWith(newPoliciesCommand()) },
	"kube-apiserver":          func() { exitWith(apiserver.NewAPIServerCommand()) },
	"kube-controller-manager": func() { exitWith(controllermanager.NewControllerManagerCommand()) },
	"kube-scheduler":          func() { exitWith(scheduler.NewSchedulerCommand()) },
	"kube-proxy":              func() { exitWith(proxy.NewProxyCommand()) },
	"kubelet":                 func() { exitWith(kubelet.NewKubeletCommand(context.Background())) },
}

func exitWith(command *cobra.Command) {
	os.Exit(cli.Run(command))
}

func main() {
	if run, found := components[filepath.Base(os.Args[0])]; found {
		run()
		return
	}
	if len(os.Args) > 1 {
		if run, found := components[os.Args[1]]; found {
			os.Args = os.Args[1:]
			run()
			return
		}
	}
	names := slices.Sorted(maps.Keys(components))
	fmt.Fprintf(os.Stderr, "usage: %s COMPONENT [FLAGS]\ncomponents: %s\n", filepath.Base(os.Args[0]), strings.Join(names, ", "))
	os.Exit(2)
}
