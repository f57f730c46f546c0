package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/runtime"
	genericserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcore "k8s.io/client-go/kubernetes/typed/core/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	storagelisters "k8s.io/client-go/listers/storage/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
)

// provisionerName is the provisioner of storage classes whose volumes are folders of this machine.
const provisionerName = "lab.wordpress/host-path"

// remainsDelay is the time between a volume's deletion and the last check for its folder. A node that was starting a container meanwhile
// may have recreated the folder, but has given up by then.
const remainsDelay = 30 * time.Second

// volumes provisions, expands and deletes volumes that are folders of this machine. Kubernetes' own host-path provisioner cannot expand
// a volume, and it accepts every access mode.
type volumes struct {
	client   kubernetes.Interface
	root     string
	claims   corelisters.PersistentVolumeClaimLister
	volumes  corelisters.PersistentVolumeLister
	classes  storagelisters.StorageClassLister
	recorder record.EventRecorder
	// queue contains claims by namespace and name, and volumes by name.
	queue workqueue.TypedRateLimitingInterface[cache.ObjectName]
}

func newVolumesCommand() *cobra.Command {
	var kubeconfig, root, healthAddress string
	command := &cobra.Command{
		Use:           "volumes",
		Short:         "Provides volumes that are folders of this machine",
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
			return runVolumes(genericserver.SetupSignalContext(), client, root, healthAddress)
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "file with the cluster's address and credentials")
	command.Flags().StringVar(&root, "root", "", "folder that contains one folder per volume")
	command.Flags().StringVar(&healthAddress, "healthz-bind-address", "", "address and port of the health check")
	for _, required := range []string{"kubeconfig", "root", "healthz-bind-address"} {
		runtime.Must(command.MarkFlagRequired(required))
	}
	return command
}

func runVolumes(ctx context.Context, client kubernetes.Interface, root, healthAddress string) error {
	events := record.NewBroadcaster(record.WithContext(ctx))
	events.StartRecordingToSink(&typedcore.EventSinkImpl{Interface: client.CoreV1().Events("")})
	factory := informers.NewSharedInformerFactory(client, 0)
	claims := factory.Core().V1().PersistentVolumeClaims()
	persistentVolumes := factory.Core().V1().PersistentVolumes()
	// A refused claim is retried, in case its class has changed: after a second at first, later once a minute.
	limiter := workqueue.NewTypedItemExponentialFailureRateLimiter[cache.ObjectName](time.Second, time.Minute)
	v := &volumes{
		client:   client,
		root:     root,
		claims:   claims.Lister(),
		volumes:  persistentVolumes.Lister(),
		classes:  factory.Storage().V1().StorageClasses().Lister(),
		recorder: events.NewRecorder(scheme.Scheme, corev1.EventSource{Component: provisionerName}),
		queue:    workqueue.NewTypedRateLimitingQueue(limiter),
	}
	for _, informer := range []cache.SharedIndexInformer{claims.Informer(), persistentVolumes.Informer()} {
		if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    v.enqueue,
			UpdateFunc: func(_, changed any) { v.enqueue(changed) },
			DeleteFunc: v.enqueueRemains,
		}); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("stopped before the cluster's %s were read", kind)
		}
	}
	context.AfterFunc(ctx, v.queue.ShutDown)
	health := make(chan error, 1)
	go func() { health <- http.ListenAndServe(healthAddress, http.HandlerFunc(answerOK)) }()
	context.AfterFunc(ctx, func() { health <- nil })
	go func() {
		for v.next(ctx) {
		}
	}()
	return <-health
}

func answerOK(response http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(response, "ok")
}

func (v *volumes) enqueue(object any) {
	name, err := cache.ObjectToName(object)
	if err != nil {
		runtime.HandleError(err)
		return
	}
	v.queue.Add(name)
}

// enqueueRemains queues a deleted volume again, for the last check for its folder.
func (v *volumes) enqueueRemains(object any) {
	name, err := cache.DeletionHandlingObjectToName(object)
	if err != nil {
		runtime.HandleError(err)
		return
	}
	v.queue.AddAfter(name, remainsDelay)
}

// next processes one item of the queue. It returns false after the queue's shutdown.
func (v *volumes) next(ctx context.Context) bool {
	name, done := v.queue.Get()
	if done {
		return false
	}
	defer v.queue.Done(name)
	sync := v.syncClaim
	if name.Namespace == "" {
		sync = v.syncVolume
	}
	if err := sync(ctx, name); err != nil {
		if !errors.As(err, new(refusal)) {
			runtime.HandleErrorWithContext(ctx, err, "retrying later", "object", name)
		}
		v.queue.AddRateLimited(name)
		return true
	}
	v.queue.Forget(name)
	return true
}
