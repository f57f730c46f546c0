package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/reference"
	"k8s.io/component-helpers/storage/volume"
)

const (
	// folderFinalizer keeps a volume's object until its folder is deleted, even if a user deletes the object.
	folderFinalizer = "lab.wordpress/folder"
	// sharedParameter is a parameter of storage classes. With the value "true", a class accepts ReadWriteMany claims.
	sharedParameter = "shared"
)

// refusal is the reason why a claim's class cannot satisfy the claim. It becomes an event of the claim.
type refusal struct{ error }

func (v *volumes) syncClaim(ctx context.Context, name cache.ObjectName) error {
	claim, err := v.claims.PersistentVolumeClaims(name.Namespace).Get(name.Name)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if claim.Spec.VolumeName != "" {
		return v.expand(ctx, claim)
	}
	// Kubernetes sets this annotation when the volume is due: immediately, or after a pod that uses the claim was assigned to a node.
	if claim.DeletionTimestamp != nil || claim.Annotations[volume.AnnStorageProvisioner] != provisionerName {
		return nil
	}
	class, err := v.classes.Get(volume.GetPersistentVolumeClaimClass(claim))
	if err != nil {
		return err
	}
	if err := v.provision(ctx, claim, class); err != nil {
		v.recorder.Eventf(claim, corev1.EventTypeWarning, "ProvisioningFailed",
			"failed to provision volume with StorageClass %q: %v", class.Name, err)
		return err
	}
	return nil
}

func (v *volumes) provision(ctx context.Context, claim *corev1.PersistentVolumeClaim, class *storagev1.StorageClass) error {
	if err := refuse(claim, class); err != nil {
		return refusal{err}
	}
	name := "pvc-" + string(claim.UID)
	folder := filepath.Join(v.root, fmt.Sprintf("%s_%s_%s", name, claim.Namespace, claim.Name))
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	// Kubernetes does not apply fsGroup to a host path, so every user must be able to write. MkdirAll applied the umask.
	if err := os.Chmod(folder, 0o777); err != nil {
		return err
	}
	owner, err := reference.GetReference(scheme.Scheme, claim)
	if err != nil {
		return err
	}
	directory := corev1.HostPathDirectory
	_, err = v.client.CoreV1().PersistentVolumes().Create(ctx, &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name:        name,
			Annotations: map[string]string{volume.AnnDynamicallyProvisioned: provisionerName},
			Finalizers:  []string{folderFinalizer},
		},
		Spec: corev1.PersistentVolumeSpec{
			AccessModes: claim.Spec.AccessModes,
			Capacity: corev1.ResourceList{
				corev1.ResourceStorage: claim.Spec.Resources.Requests[corev1.ResourceStorage],
			},
			ClaimRef:                      owner,
			PersistentVolumeReclaimPolicy: *class.ReclaimPolicy,
			MountOptions:                  class.MountOptions,
			StorageClassName:              class.Name,
			VolumeMode:                    claim.Spec.VolumeMode,
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				HostPath: &corev1.HostPathVolumeSource{Path: folder, Type: &directory},
			},
		},
	}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	if err == nil {
		v.recorder.Eventf(claim, corev1.EventTypeNormal, "ProvisioningSucceeded", "Successfully provisioned volume %s", name)
	}
	return err
}

func refuse(claim *corev1.PersistentVolumeClaim, class *storagev1.StorageClass) error {
	single := []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce, corev1.ReadWriteOncePod}
	for _, mode := range claim.Spec.AccessModes {
		if class.Parameters[sharedParameter] != "true" && !slices.Contains(single, mode) {
			return fmt.Errorf("it supports the access modes ReadWriteOnce and ReadWriteOncePod only, and the claim asks for %s", mode)
		}
	}
	switch {
	case claim.Spec.VolumeMode != nil && *claim.Spec.VolumeMode == corev1.PersistentVolumeBlock:
		return fmt.Errorf("it has no block volumes")
	case claim.Spec.Selector != nil:
		return fmt.Errorf("it creates a new volume for each claim, and the claim selects an existing one by label")
	case claim.Spec.DataSource != nil || claim.Spec.DataSourceRef != nil:
		return fmt.Errorf("it creates empty volumes only, and the claim has a data source")
	}
	return nil
}

// expand gives a bound claim its requested size. A folder has no size, so only the objects change.
func (v *volumes) expand(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	wanted := claim.Spec.Resources.Requests[corev1.ResourceStorage]
	if claim.Status.Phase != corev1.ClaimBound || wanted.Cmp(claim.Status.Capacity[corev1.ResourceStorage]) <= 0 {
		return nil
	}
	persistentVolume, err := v.volumes.Get(claim.Spec.VolumeName)
	if err != nil {
		return err
	}
	if persistentVolume.Annotations[volume.AnnDynamicallyProvisioned] != provisionerName {
		return nil
	}
	if wanted.Cmp(persistentVolume.Spec.Capacity[corev1.ResourceStorage]) > 0 {
		expanded := persistentVolume.DeepCopy()
		expanded.Spec.Capacity[corev1.ResourceStorage] = wanted
		if _, err := v.client.CoreV1().PersistentVolumes().Update(ctx, expanded, metav1.UpdateOptions{}); err != nil {
			return err
		}
	}
	updated := claim.DeepCopy()
	updated.Status.Capacity[corev1.ResourceStorage] = wanted
	if _, err := v.client.CoreV1().PersistentVolumeClaims(claim.Namespace).UpdateStatus(ctx, updated, metav1.UpdateOptions{}); err != nil {
		return err
	}
	v.recorder.Eventf(claim, corev1.EventTypeNormal, "VolumeResizeSuccessful", "Expanded volume to %s", wanted.String())
	return nil
}
