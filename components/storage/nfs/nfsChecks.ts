import type { AnyObject, Namespace } from "../../kubernetes/objects";
import { instanceAnnotation } from "../../kubernetes/ownership";
import { sharedStorageOptions } from "../claims/sharedStorageOptions";
import { nfsDriver, nfsName } from "./nfsNames";

/** What was read from the cluster about NFS. */
export interface NfsFacts {
  readonly context: string;
  /** Namespace `openebs-nfs`. */
  readonly nfsNamespace?: Namespace | undefined;
  readonly drivers: readonly AnyObject[];
}

/** Findings for another installation of the NFS driver or its namespace. A node can run only one driver of that name. */
export function nfsFindings(instance: string, { context, nfsNamespace, drivers }: NfsFacts): string[] {
  if (nfsNamespace?.status?.phase === "Terminating") {
    return [
      `contentStorageClass: not set, and the namespace ${nfsName} is still being deleted; wait until ` +
        `\`kubectl --context ${context} get namespace ${nfsName}\` finds nothing`,
    ];
  }
  if (nfsNamespace?.metadata.annotations?.[instanceAnnotation] === instance) return [];
  if (nfsNamespace) {
    return [
      `contentStorageClass: not set, and the namespace ${nfsName} that the stack would create exists and is not this stack's. ` +
        sharedStorageOptions("Name a class"),
    ];
  }
  if (!drivers.some(({ metadata }) => metadata.name === nfsDriver)) return [];
  return [
    `contentStorageClass: not set, and the driver ${nfsDriver} that the stack would install already exists. ` +
      sharedStorageOptions("Name a class of that driver"),
  ];
}
