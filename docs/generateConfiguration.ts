import * as fs from "node:fs";
import * as path from "node:path";
import {
  clusterKeys,
  extensionKeys,
  type Key,
  keys,
  nodeSshHostKeys,
  nodeSshKeys,
  objectCacheKeys,
  pageCacheKeys,
  poolKeys,
  sharedKeys,
  storageKeys,
} from "../stacks/keys";

/** Where the table of keys is kept. */
export const configurationFile = path.join(__dirname, "configuration.md");

/** docs/configuration.md, from the keys that the program reads. */
export function configurationPage(): string {
  const code = (text: string) => `\`${text.replaceAll("|", "\\|")}\``;
  const row = (name: string, { meaning, rule, default: value }: Key<unknown>) =>
    `| ${code(name)} | ${value === undefined ? "not set" : code(value)} | ${rule.allowed.replaceAll("|", "\\|")} | ${meaning} |`;
  const rows = (prefix: string, all: Readonly<Record<string, Key<unknown>>>) =>
    Object.entries(all)
      .map(([name, key]) => row(`${prefix}${name}`, key))
      .join("\n");
  return `# Configuration

Written by \`npm run docs\` from stacks/keys.ts. Set a key with \`pulumi config set KEY VALUE\`; a key with a dot is inside an
object and wants \`--path\`: \`pulumi config set --path storage.className fast\`. Whatever is wrong is refused, all of it in one
message, before anything is touched.

| key | default | allowed | meaning |
| --- | --- | --- | --- |
${rows("", keys)}
${rows("", sharedKeys)}
| \`adminPassword\` | random | 8 to 200 characters on one line, set with \`--secret\` | Password that the site is installed with. |
${rows("pageCache.", pageCacheKeys)}
${rows("objectCache.", objectCacheKeys)}
${rows("plugins[N].", extensionKeys)}
| \`plugins[N].active\` | \`true\` | true or false | Whether it is activated. \`themes[N]\` has the same keys; there \`active\` is \`false\`, and one theme at most may be. |
${rows("storage.", storageKeys)}
${rows("storage.pools[N].", poolKeys)}
${rows("nodeSsh.", nodeSshKeys)}
${rows("nodeSsh.hosts.NODE.", nodeSshHostKeys)}
| \`nodeSshPrivateKey\` | not set | the text of a private key, set with \`--secret\` | With \`nodeSsh\`: what opens the nodes. |

${Object.keys(sharedKeys).map(code).join(", ")}, \`adminPassword\`, \`plugins\`, \`themes\`, \`pageCache\` and \`objectCache\` are for \`content: shared\`, and refused with \`perPod\`. Where volumes of many
nodes are not to be had, one of three things is needed: \`contentStorageClass\`, \`contentAccessMode: ReadWriteOnce\`, or \`content: perPod\`.
With the engine \`replicated\` the stack brings such volumes itself, by NFS, unless \`contentStorageClass\` says otherwise.

\`nodeSsh\` is for the engine \`replicated\` and may be left out: then somebody else prepares the nodes, and the program says what they lack. Each
node with a pool has to be in \`nodeSsh.hosts\`. You may add other nodes: the program loads the kernel module nvme-tcp there, which a node needs to mount replicated volumes.

The cluster is named by ${clusterKeys.map((key) => code(`kubernetes:${key}`)).join(", ")}. \`kubeconfig\` is a path or the text of one
(then set it with \`--secret\`). The state holds the text, encrypted, and never the path: your colleagues may have theirs elsewhere. Without it
kubectl's own rules hold, with one file or a list in KUBECONFIG. Without \`context\` the first \`up\` takes the current one, says so, and from
then on the stack refuses any other cluster ([change the cluster](how-to/change-the-cluster-address.md)). \`upsertExistingObjects\` is for one \`up\` after a crash ([recover](how-to/recover-from-a-crash.md)).
`;
}

if (require.main === module) fs.writeFileSync(configurationFile, configurationPage());
