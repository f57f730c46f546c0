import { type Check, key, list, map, object, type Values } from "../../../stacks/config/keys";
import { configSet, entryPath } from "../../../stacks/config/commands";
import { notAllowed } from "../../../stacks/config/errors";
import {
  dnsSubdomain,
  imageRegistry,
  matching,
  oneOf,
  privateKey,
  storageSize,
  trueOrFalse,
  webAddress,
  wholeNumber,
} from "../../../stacks/config/rules";
import { quantityBytes } from "../../kubernetes/quantity";
import { chartVersion } from "./chartVersion";
import { byIdHint, diskUri, worldWideName } from "./disk";

const replicated = { "storage.engine": ["replicated"] };
const anyOpenEbs = { "storage.engine": ["hostpath", "replicated"] };

const poolFields = {
  node: key(
    { ...dnsSubdomain, example: "k0" },
    {
      required: true,
      description: "Node of the pool, which is named `pool-NODE`.",
      onChange: "Deletes this pool and creates one on the new node. Refused while this pool has data.",
    },
  ),
  disk: key(diskUri, {
    required: true,
    hint: (text, { node = "the node" }) => byIdHint(text, node),
    description: "Disk of the pool. The pool takes all of it.",
    onChange: "Refused without `replace: true`.",
  }),
  replace: key(trueOrFalse, {
    default: "false",
    description: "Lets a changed disk recreate the pool, **without the data on it**.",
    onChange: "Nothing by itself.",
  }),
};

const hostFields = {
  host: key(matching("a host name or an IP address", "192.0.2.10", /^[a-zA-Z0-9]([a-zA-Z0-9.:-]*[a-zA-Z0-9])?$/, 253), {
    required: true,
    description: "Address of the node's SSH server. The node may be one without a pool.",
    onChange: "Prepares the node again, through the new address.",
  }),
  hostKey: key(
    matching(
      "the server's public key, ssh-ed25519 or ecdsa-sha2-…, as ssh-keyscan prints it after the host",
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…",
      // No RSA: the command plugin requests such a key by the name ssh-rsa, which OpenSSH refuses since 8.8.
      /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{40,}={0,2}( [\w.@:+-]*)?$/,
      1000,
    ),
    {
      required: true,
      description: "Public key of the node's SSH server. A node that presents another key is not prepared.",
      onChange: "Prepares the node again.",
    },
  ),
};

/** Configuration keys inside the object `storage`. */
export const storageFields = {
  engine: key(oneOf("existing", "hostpath", "replicated"), {
    default: "existing",
    description:
      "Provider of storage. `existing`: a storage class of the cluster. `hostpath`: OpenEBS with folders of the nodes. " +
      "`replicated`: OpenEBS with DiskPools on nodes.",
    onChange: "Refused while the stack has claims.",
  }),
  className: key(dnsSubdomain, {
    appliesTo: { "storage.engine": ["existing"] },
    description: "Storage class of all claims. Not set: the cluster's default class.",
    onChange: "Refused while the stack has claims.",
  }),
  replicas: key(
    { ...wholeNumber(1, 1000, 3), allowed: "a whole number from 1 to the number of storage.pools" },
    {
      appliesTo: replicated,
      description:
        "Number of pools that hold a copy of each volume. Not set: the smaller of 3 and the number of pools.",
      onChange: "Replaces the storage class, for new volumes. Existing volumes keep their number.",
    },
  ),
  logging: key(trueOrFalse, {
    default: "false",
    appliesTo: replicated,
    description: "Whether to install OpenEBS's own logging, Loki, which has a storage class of its own.",
    onChange: "Upgrades the release.",
  }),
  chartVersion: key(chartVersion, {
    default: "4.4.0",
    appliesTo: anyOpenEbs,
    description: "Version of OpenEBS's chart.",
    onChange: "Upgrades the release. Warns of io-engine pods that still run the previous version.",
  }),
  chartRepository: key(webAddress("https://charts.example.com/openebs"), {
    default: "https://openebs.github.io/openebs",
    appliesTo: anyOpenEbs,
    description: "Repository of OpenEBS's chart.",
    onChange: "Upgrades the release from the other repository.",
  }),
  imageRegistry: key(imageRegistry, {
    appliesTo: anyOpenEbs,
    description: "Registry of all images of OpenEBS and of NFS. Not set: each image's own.",
    onChange: "Upgrades the releases, and restarts the NFS server.",
  }),
  pools: list(poolFields, {
    appliesTo: replicated,
    description: "One DiskPool per node that holds data. Removing one that holds data is refused.",
  }),
} as const;

/** Configuration keys of SSH access to the nodes that the stack prepares. */
export const nodeSshKeys = {
  nodeSsh: object(
    {
      user: key(matching("the name of a user", "root", /^[a-z_][a-z0-9_-]*$/, 32), {
        default: "root",
        description: "User on the nodes: root, or a user with sudo without password.",
        onChange: "Prepares all nodes again, as the new user.",
      }),
      port: key(wholeNumber(1, 65535, 22), {
        default: "22",
        description: "Port of the nodes' SSH servers.",
        onChange: "Prepares all nodes again, through the new port.",
      }),
      hosts: map(hostFields, {
        names: { ...dnsSubdomain, allowed: "names of nodes", example: "k0" },
        description: "SSH servers by node. Added nodes are prepared, and the preparation of removed ones is undone.",
      }),
    },
    {
      optional: true,
      appliesTo: replicated,
      description:
        "SSH access by which the program prepares the nodes for OpenEBS. Not set: you prepare them, and the preflight reports " +
        "missing preparations. Removing it is refused while there are pools.",
    },
  ),
  nodeSshPrivateKey: key(privateKey, {
    secret: true,
    description: "Private key for `nodeSsh`.",
    onChange: "Prepares all nodes again, with the new key.",
  }),
} as const;

export type StorageConfig = Values<typeof storageFields>;
export type PoolConfig = StorageConfig["pools"][number];
export type NodeSshConfig = Values<typeof nodeSshKeys>;

/** Returns the number of pools that hold a copy of each volume. */
export function replicaCount({ replicas, pools }: Pick<StorageConfig, "replicas" | "pools">): number {
  return replicas ?? Math.min(3, pools.length);
}

/** The minimum size of XFS, the file system of the volumes of the engine `replicated`. */
const minimumXfs = "300Mi";

/** Rules over several keys of the engine `replicated`. */
export const checkStorage: Check<{ readonly storage: StorageConfig; readonly mariadbStorage: string }> = (
  { storage, mariadbStorage },
  { errors },
) => {
  const { engine, pools, replicas } = storage;
  if (engine !== "replicated") return;
  if (mariadbStorage !== undefined && (quantityBytes(mariadbStorage) ?? 0) < (quantityBytes(minimumXfs) ?? 0)) {
    errors.report("mariadbStorage", notAllowed("mariadbStorage", mariadbStorage, storageSize(minimumXfs)));
  }
  if (pools.length === 0) {
    const example = [configSet("storage.pools[0].node", "k0"), configSet("storage.pools[0].disk", diskUri.example)];
    errors.report(
      "storage.pools",
      "storage.pools: not set, and storage.engine replicated needs a pool on each node that holds data; " +
        `example: ${example.join(" && ")}`,
    );
  }
  if (replicas !== undefined && replicas > pools.length && pools.length > 0) {
    const rule = {
      allowed: `a whole number from 1 to ${pools.length}, the number of storage.pools`,
      example: String(pools.length),
    };
    errors.report("storage.replicas", notAllowed("storage.replicas", String(replicas), rule));
  }
  pools.forEach((pool, index) => {
    const reportTwice = (field: "node" | "disk", first: number, rule: string) => {
      const path = `storage.pools[${index}].${field}`;
      errors.report(
        path,
        `${path}: "${pool[field]}" is already that of storage.pools[${first}]; expected ${rule}; ` +
          `example: ${configSet(path, poolFields[field].rule.example)}`,
      );
    };
    const sameNode = pools.findIndex(({ node }) => node === pool.node);
    if (pool.node !== undefined && sameNode < index) reportTwice("node", sameNode, "one pool per node");
    const disk = worldWideName(pool.disk ?? "");
    const sameDisk = pools.findIndex((other) => worldWideName(other.disk ?? "") === disk);
    if (disk !== undefined && sameDisk < index) reportTwice("disk", sameDisk, "a disk of its own");
  });
};

/** `nodeSsh` needs a host for each node with a pool, and the private key. */
export const checkNodeSsh: Check<NodeSshConfig & { readonly storage: StorageConfig }> = (
  { storage, nodeSsh },
  { errors, isSet },
) => {
  if (!isSet("nodeSsh")) {
    if (isSet("nodeSshPrivateKey")) {
      const name = `, or name the nodes: ${configSet("nodeSsh.hosts.k0.host", "192.0.2.10")}`;
      errors.reportUnused("nodeSshPrivateKey", "has no effect without nodeSsh", name);
    }
    return;
  }
  if (storage.engine !== "replicated") return;
  if (!isSet("nodeSshPrivateKey")) {
    errors.report(
      "nodeSshPrivateKey",
      `nodeSshPrivateKey: not set, and nodeSsh needs it; example: ` +
        `pulumi config set --secret nodeSshPrivateKey${privateKey.example}`,
    );
  }
  for (const { node } of storage.pools) {
    if (node === undefined || Object.hasOwn(nodeSsh?.hosts ?? {}, node)) continue;
    const path = entryPath("nodeSsh.hosts", node);
    const { host, hostKey } = hostFields;
    errors.report(
      path,
      `${path}: not set, and ${node} has a pool; example: ${configSet(`${path}.host`, host.rule.example)} && ` +
        configSet(`${path}.hostKey`, hostKey.rule.example),
    );
  }
};
