package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/component-helpers/storage/volume"
)

// syncVolume deletes the folder of a volume whose claim was deleted, and then the volume's object.
func (v *volumes) syncVolume(ctx context.Context, name cache.ObjectName) error {
	persistentVolume, err := v.volumes.Get(name.Name)
	if apierrors.IsNotFound(err) {
		return v.removeRemains(name.Name)
	}
	if err != nil {
		return err
	}
	retained := persistentVolume.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimDelete
	released := persistentVolume.Status.Phase == corev1.VolumeReleased
	deleted := persistentVolume.DeletionTimestamp != nil && persistentVolume.Status.Phase != corev1.VolumeBound
	if persistentVolume.Annotations[volume.AnnDynamicallyProvisioned] != provisionerName || !(deleted || released && !retained) {
		return nil
	}
	if !retained {
		if err := v.removeFolder(persistentVolume); err != nil {
			v.recorder.Eventf(persistentVolume, corev1.EventTypeWarning, "VolumeFailedDelete", "%v", err)
			return err
		}
	}
	if slices.Contains(persistentVolume.Finalizers, folderFinalizer) {
		freed := persistentVolume.DeepCopy()
		freed.Finalizers = slices.DeleteFunc(freed.Finalizers, func(finalizer string) bool { return finalizer == folderFinalizer })
		if _, err := v.client.CoreV1().PersistentVolumes().Update(ctx, freed, metav1.UpdateOptions{}); err != nil {
			return ignoreNotFound(err)
		}
	}
	return ignoreNotFound(v.client.CoreV1().PersistentVolumes().Delete(ctx, name.Name, metav1.DeleteOptions{}))
}

func ignoreNotFound(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func (v *volumes) removeFolder(persistentVolume *corev1.PersistentVolume) error {
	// Every user with permissions on volumes can edit this path, and this program runs as root.
	folder := filepath.Clean(persistentVolume.Spec.HostPath.Path)
	if filepath.Dir(folder) != filepath.Clean(v.root) {
		return fmt.Errorf("%s is not a folder in %s: remove it by hand", folder, v.root)
	}
	return os.RemoveAll(folder)
}

// removeRemains deletes the empty folder of a deleted volume. If a pod, its claim and its volume are deleted while containerd starts the
// pod's container, containerd creates the missing folder again.
func (v *volumes) removeRemains(name string) error {
	folders, err := filepath.Glob(filepath.Join(v.root, name+"_*"))
	if err != nil {
		return err
	}
	for _, folder := range folders {
		// The folder of a retained volume has files, so that Remove fails.
		if err := os.Remove(folder); err != nil && !errors.Is(err, syscall.ENOTEMPTY) && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
