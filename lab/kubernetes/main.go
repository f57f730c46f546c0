// Everything a Kubernetes cluster consists of, in one program: each part is built once, and what they share only once.
//
// The part is chosen by the name that the program is called by (a link named etcd is etcd), or by its first argument. Not in it is
// kubectl, which is started so often that the time in which the other parts are loaded would count.
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

// Each part reads its own flags from os.Args, whose first element is the part's name by then.
var parts = map[string]func(){
	"etcd":                    func() { etcdmain.Main(os.Args) },
	"coredns":                 runDNS,
	"volumes":                 func() { exitWith(newVolumesCommand()) },
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
	if run, found := parts[filepath.Base(os.Args[0])]; found {
		run()
		return
	}
	if len(os.Args) > 1 {
		if run, found := parts[os.Args[1]]; found {
			os.Args = os.Args[1:]
			run()
			return
		}
	}
	names := slices.Sorted(maps.Keys(parts))
	fmt.Fprintf(os.Stderr, "usage: %s PART [FLAGS]\nparts: %s\n", filepath.Base(os.Args[0]), strings.Join(names, ", "))
	os.Exit(2)
}
