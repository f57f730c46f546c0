import type { AnyObject, Namespace } from "../../kubernetes/objects";
import { instanceAnnotation } from "../../kubernetes/ownership";
import { sharedStorageOptions } from "../claims/sharedStorageOptions";
import { nfsDriver, nfsName } from "./nfsNames";

/** What of NFS was read from the cluster. */
export interface NfsFacts {
  readonly context: string;
  /** Namespace `openebs-nfs`. */
  readonly home?: Namespace | undefined;
  readonly drivers: readonly AnyObject[];
}

/** What stands in the way of the stack's own NFS: that of somebody else, of which a node can have one only. */
export function nfsFindings(instance: string, { context, home, drivers }: NfsFacts): string[] {
  if (home?.status?.phase === "Terminating") {
    return [
      `contentStorageClass: not set, and the namespace ${nfsName} is still being deleted; wait until ` +
        `\`kubectl --context ${context} get namespace ${nfsName}\` finds nothing`,
    ];
  }
  if (home?.metadata.annotations?.[instanceAnnotation] === instance) return [];
  if (home) {
    return [
      `contentStorageClass: not set, and the namespace ${nfsName} that the stack would bring is there and not this stack's. ` +
        sharedStorageOptions("Name a class"),
    ];
  }
  if (!drivers.some(({ metadata }) => metadata.name === nfsDriver)) return [];
  return [
    `contentStorageClass: not set, and the driver ${nfsDriver} that the stack would bring is there already. ` +
      sharedStorageOptions("Name a class of that one"),
  ];
}
