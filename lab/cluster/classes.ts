import { applyObject } from "./api";

/** The provisioner of the classes: see lab/kubernetes/volumes.go. */
const provisioner = "lab.wordpress/host-path";

interface LabClass {
  readonly name: string;
  readonly isDefault: boolean;
  /** Whether pods on several nodes may write to a volume. */
  readonly isShared: boolean;
  readonly isExpandable: boolean;
  readonly binding: "Immediate" | "WaitForFirstConsumer";
}

/** The lab's storage classes. `fixed` serves to test claims that cannot grow. */
export const labClasses: readonly LabClass[] = [
  { name: "standard", isDefault: true, isShared: false, isExpandable: true, binding: "WaitForFirstConsumer" },
  { name: "shared", isDefault: false, isShared: true, isExpandable: true, binding: "Immediate" },
  { name: "fixed", isDefault: false, isShared: false, isExpandable: false, binding: "WaitForFirstConsumer" },
];

/** Creates the storage classes, or restores their fields. */
export async function ensureClasses(): Promise<void> {
  for (const { name, isDefault, isShared, isExpandable, binding } of labClasses) {
    await applyObject(`/apis/storage.k8s.io/v1/storageclasses/${name}`, {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) } },
      provisioner,
      parameters: { shared: String(isShared) },
      reclaimPolicy: "Delete",
      allowVolumeExpansion: isExpandable,
      volumeBindingMode: binding,
    });
  }
}
