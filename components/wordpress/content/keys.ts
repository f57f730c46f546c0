import { type Check, key, type Values } from "../../../stacks/config/keys";
import { configRemove } from "../../../stacks/config/commands";
import { dnsSubdomain, oneOf, storageSize } from "../../../stacks/config/rules";
import { sharedStorageOptions } from "../../storage/claims/sharedStorageOptions";
import { nfsServerClassName } from "../../storage/nfs/nfsNames";
import type { StorageConfig } from "../../storage/openebs/keys";
import { managedStorageClasses } from "../../storage/openebs/storage";

const shared = { content: ["shared"] };

/** Configuration keys of WordPress's files. */
export const contentKeys = {
  content: key(oneOf("shared", "perPod"), {
    default: "shared",
    description:
      "Place of WordPress's files. `shared`: one claim for all pods. `perPod`: a claim for each pod, as in the tutorial.",
    onChange:
      "From `perPod` to `shared` with `contentMigration: merge`. The other way is refused, unless that migration did not finish.",
  }),
  wordpressStorage: key(storageSize("1Gi"), {
    default: "1Gi",
    description: "Size of the shared claim, or of each pod's claim.",
    onChange: "Grows the claims. Refused: a smaller size, or a storage class that does not expand claims.",
  }),
  contentStorageClass: key(dnsSubdomain, {
    appliesTo: shared,
    description:
      "Storage class of the claim `wordpress-content`. Not set: with `contentAccessMode: ReadWriteOnce` the class of all claims; " +
      "otherwise, with `storage.engine: replicated`, the NFS class that the stack manages.",
    onChange: "Refused once the claim exists.",
  }),
  contentAccessMode: key(oneOf("ReadWriteMany", "ReadWriteOnce"), {
    default: "ReadWriteMany",
    appliesTo: shared,
    description: "How pods share the claim. `ReadWriteMany`: from all nodes. `ReadWriteOnce`: all pods on one node.",
    onChange: "Refused once the claim exists.",
  }),
  contentMigration: key(oneOf("none", "merge"), {
    default: "none",
    appliesTo: shared,
    description:
      "`merge`, for a stack that had `content: perPod`: copies the files of all pods into the shared claim. The site is " +
      "unavailable for that time.",
    onChange: "`none` after the migration deletes the StatefulSet without pods. The pods' claims stay.",
  }),
} as const;

export type ContentConfig = Values<typeof contentKeys>;
/** How the content claim can be mounted: from all nodes, or from one node at a time. */
export type ContentAccessMode = ContentConfig["contentAccessMode"];

/** Reports shared content on several nodes without a ReadWriteMany storage class. */
export const checkContent: Check<ContentConfig & { readonly storage: StorageConfig }> = (config, { errors, isSet }) => {
  const { content, contentAccessMode, contentStorageClass: className, storage } = config;
  if (content !== "shared" || contentAccessMode !== "ReadWriteMany") return;
  // The stack manages one, by NFS, with the engine replicated.
  if (!isSet("contentStorageClass") && storage.engine !== "replicated") {
    errors.report("contentStorageClass", noSharedClass);
  }
  if (className === undefined || storage.engine === undefined) return;
  // This `up` creates these classes, so a request to the cluster would not find them.
  const { engine } = storage;
  const classes = managedStorageClasses({ engine, logging: storage.logging ?? false });
  const ofOneNode = [...classes, ...(engine === "replicated" ? [nfsServerClassName] : [])];
  if (ofOneNode.includes(className)) errors.report("contentStorageClass", classOfOneNode(className, engine));
};

const noSharedClass =
  "contentStorageClass: not set, and content: shared on several nodes needs a ReadWriteMany storage class. " +
  sharedStorageOptions("Name one");

function classOfOneNode(className: string, engine: StorageConfig["engine"]): string {
  const first =
    engine === "replicated"
      ? `Leave it to the stack, which manages an NFS class: ${configRemove("contentStorageClass")}; or name another one`
      : "Name another one";
  return (
    `contentStorageClass: "${className}" is OpenEBS's, and its volumes are ReadWriteOnce; content: shared on several nodes ` +
    `needs ReadWriteMany. ${sharedStorageOptions(first)}`
  );
}
