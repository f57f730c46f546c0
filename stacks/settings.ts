import * as pulumi from "@pulumi/pulumi";
import type { DataRetention } from "../components/storage/claims/claims";
import type { ExternalTrafficPolicy } from "../components/wordpress/site";
import { nfsName } from "../components/storage/nfs/nfsNames";
import type { Egress } from "../components/wordpress/policies";
import type { NodeSsh } from "../components/storage/openebs/nodes";
import { openEbsName } from "../components/storage/openebs/openEbsNames";
import type { StorageConfig } from "../components/storage/openebs/storage";
import { quantityBytes } from "../components/kubernetes/quantity";
import { configSet, InvalidValue, storageSize, trueOrFalse } from "./config/rules";
import { cacheNames, type ContentSettings, readContent, sharedNames } from "./contentSettings";
import { clusterKeys, keys } from "./keys";
import { nodeSshNames, readNodeSsh } from "./nodeSshSettings";
import { type Report, readKeys, unknownKey } from "./readKeys";
import { readStorage, storageNames } from "./storageSettings";

/** A stack's configuration, complete and checked. */
export interface Settings {
  readonly cluster: {
    /** Text or path of a kubeconfig. The text holds credentials: it goes nowhere but to the provider and kubectl. */
    readonly kubeconfig?: string | undefined;
    /** @default the current context at the first `up` */
    readonly context?: string | undefined;
    /** Take over objects that exist already: for one `up` after a crash. */
    readonly upsertExistingObjects: boolean;
  };
  readonly namespace: string;
  readonly wordpressReplicas: number;
  readonly wordpressImage: string;
  readonly wordpressStorage: string;
  readonly wordpressNodePort: number;
  readonly mariadbImage: string;
  readonly mariadbStorage: string;
  readonly dataRetention: DataRetention;
  readonly keyRotation: string;
  readonly databasePasswordRotation: string;
  /** Where WordPress and its jobs may connect to. */
  readonly egress: Egress;
  /** CIDRs of the proxies whose forwarded headers are believed; none where it is undefined. */
  readonly trustedProxies?: readonly string[] | undefined;
  readonly externalTrafficPolicy: ExternalTrafficPolicy;
  readonly content: ContentSettings;
  readonly storage: StorageConfig;
  /** How to reach the nodes to prepare them; undefined where somebody else does. */
  readonly nodeSsh?: NodeSsh | undefined;
}

/**
 * Reads the stack's configuration.
 * @throws pulumi.RunError with everything that is wrong with it, before anything is registered
 */
export function loadSettings(): Settings {
  const findings: string[] = [];
  const settings = readSettings((problem) => findings.push(problem));
  if (findings.length > 0) {
    const count = findings.length === 1 ? "One setting" : `${findings.length} settings`;
    throw new pulumi.RunError(`${count} to be mended; nothing was changed:\n  - ${findings.join("\n  - ")}`);
  }
  return settings;
}

function readSettings(report: Report): Settings {
  const own = section(pulumi.getProject());
  const cluster = section("kubernetes");
  Object.entries(own).forEach(([name, value]) => checkName(name, value ?? "", report));
  Object.keys(cluster)
    .filter((name) => !clusterKeys.some((known) => known === name))
    .forEach((name) => report(`kubernetes:${name}: is not read by this program; it reads ${clusterKeys.join(", ")}`));
  const storage = readStorage(own.storage, report);
  const values = readKeys(keys, "", own, report);
  if (storage.engine === "replicated" && (quantityBytes(values.mariadbStorage) ?? Infinity) < leastXfsBytes) {
    report(new InvalidValue("mariadbStorage", values.mariadbStorage, storageSize("300Mi")).message);
  }
  if (storage.engine !== "existing" && [openEbsName, nfsName].includes(values.namespace)) {
    const example = configSet("namespace", "wordpress");
    report(
      `namespace: "${values.namespace}" is one that the engine ${storage.engine} makes; take another one: ${example}`,
    );
  }
  return {
    cluster: {
      kubeconfig: cluster.kubeconfig,
      context: cluster.context,
      ...readKeys(providerKeys, "kubernetes:", cluster, report),
    },
    ...values,
    content: readContent(values.content, own, storage, report),
    storage,
    nodeSsh: readNodeSsh(own, storage, report),
  };
}

/** The least that XFS takes, which the engine `replicated` makes on its volumes. */
const leastXfsBytes = 300 * 2 ** 20;

/** A word that is neither would be read as false, and the recovery would fail again without a word. */
const providerKeys = { upsertExistingObjects: { meaning: "", rule: trueOrFalse, default: "false" } } as const;

/** All values of one namespace of the configuration, as texts: what Pulumi's getters would coerce is kept as it was written. */
function section(namespace: string): Record<string, string | undefined> {
  const prefix = `${namespace}:`;
  return Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

/** All keys that the program reads in its own namespace. */
export const topNames: readonly string[] = [
  ...Object.keys(keys),
  ...sharedNames,
  "storage",
  "nodeSsh",
  "nodeSshPrivateKey",
];

/** Reports a key that is not read: with the command that was meant, or the nearest known name. */
function checkName(name: string, value: string, report: Report): void {
  if (topNames.includes(name)) return;
  const nested = [...storageNames, ...nodeSshNames, ...cacheNames].find((known) => known === name);
  if (nested !== undefined) {
    report(
      `${name}: is a key inside the object ${name.split(".")[0]}; set it with --path: ${configSet(name, value)}, ` +
        `and remove this one: pulumi config rm ${name}`,
    );
  } else {
    report(unknownKey(name, topNames));
  }
}
