import { namespaceKeys } from "../../components/kubernetes/keys";
import { mariaDbKeys } from "../../components/mariadb/keys";
import { checkObjectCache, objectCacheKeys } from "../../components/objectCache/keys";
import { pageCacheKeys } from "../../components/pageCache/keys";
import { claimsKeys } from "../../components/storage/claims/keys";
import { checkNamespace, nfsFields } from "../../components/storage/nfs/keys";
import { checkNodeSsh, checkStorage, nodeSshKeys, storageFields } from "../../components/storage/openebs/keys";
import { checkContent, contentKeys } from "../../components/wordpress/content/keys";
import { checkExtensions, podKeys, siteKeys } from "../../components/wordpress/keys";
import { type Check, key, object, type Values } from "./keys";
import { anyText, trueOrFalse } from "./rules";

/** The keys of the Kubernetes provider that the program reads. */
const clusterKeys = {
  "kubernetes:context": key(anyText("kind-kind"), {
    description:
      "Context of the kubeconfig. Not set: the current one at the first `pulumi up`, which logs it. From then on the stack " +
      "refuses another cluster.",
    onChange: "Refused, unless it is a context of the same cluster.",
  }),
  "kubernetes:kubeconfig": key(anyText("~/.kube/config"), {
    description:
      "Path of a kubeconfig, or its text set with `--secret`. Not set: kubectl's own rules, with one file or a list in " +
      "KUBECONFIG. The state has the text, encrypted, and never the path.",
    onChange: "Refused, unless it is a kubeconfig of the same cluster.",
  }),
  "kubernetes:upsertExistingObjects": key(trueOrFalse, {
    default: "false",
    description: "Whether to adopt existing objects. For one `pulumi up` after a crash.",
    onChange: "Remove it after that `pulumi up`.",
  }),
} as const;

/** All keys, by their headings in docs/configuration.md. */
export const groups = {
  "Stack and data": { ...namespaceKeys, ...claimsKeys },
  Pods: podKeys,
  Content: contentKeys,
  Site: siteKeys,
  Database: mariaDbKeys,
  Caches: { ...pageCacheKeys, ...objectCacheKeys },
  Storage: {
    storage: object({ ...storageFields, ...nfsFields }, { description: "Storage under the claims." }),
    ...nodeSshKeys,
  },
  Cluster: clusterKeys,
} as const;

export const tree = {
  ...groups["Stack and data"],
  ...groups.Pods,
  ...groups.Content,
  ...groups.Site,
  ...groups.Database,
  ...groups.Caches,
  ...groups.Storage,
  ...groups.Cluster,
} as const;

/** The values of all keys: plain values, except for secrets, which are Outputs. */
export type ConfigValues = Values<typeof tree>;

/** A stack's validated configuration. */
export type Config = ConfigValues & {
  /** Whether the stack file sets a key, e.g. `pageCache.image`. A key that it does not set has its default. */
  readonly isSet: (path: string) => boolean;
};

/** The rules over several keys, of all components. */
export const checks: readonly Check<ConfigValues>[] = [
  checkNamespace,
  checkStorage,
  checkNodeSsh,
  checkContent,
  checkExtensions,
  checkObjectCache,
];
