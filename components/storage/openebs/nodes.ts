import { remote } from "@pulumi/command";
import { NodePatch } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import { kubectlCommand } from "../../kubectl/scriptResource";
import { dependencies } from "../../kubernetes/dependencies";
import { shellWord } from "../../../stacks/config/commands";
import type { NodeSshConfig } from "./keys";
import { loadModule, prepareNode, restoreNode, unloadModule } from "./nodeScripts";

export interface StorageNodesArgs {
  readonly cluster: ClusterAccess;
  /** Names of the nodes with a pool. */
  readonly nodes: readonly string[];
  /** Without `nodeSsh` the user has prepared the nodes, which the preflight checks. */
  readonly config: NodeSshConfig;
}

/**
 * Prepares the nodes with pools over SSH, and labels them for OpenEBS. A node that loses its pool loses the label first, which
 * ends its io-engine, and then the huge pages that the io-engine used. Other nodes with SSH access get the module for mounting.
 */
export class StorageNodes extends pulumi.ComponentResource {
  /** Dependencies of everything that runs on the nodes. */
  readonly ready: readonly pulumi.Resource[];
  /** The same for each node, by its name: within one `up`, Pulumi orders deletions only by direct dependencies. */
  readonly readyByNode: ReadonlyMap<string, readonly pulumi.Resource[]>;

  constructor(
    name: string,
    { cluster, nodes, config }: StorageNodesArgs,
    options: pulumi.ComponentResourceOptions = {},
  ) {
    super("wordpress:storage:StorageNodes", name, {}, options);
    const child = { parent: this, dependsOn: dependencies(options) };
    const { nodeSsh } = config;
    const overSsh = (node: string, role: string, run: string, undo: string) =>
      nodeSsh ? [nodeCommand(`${name}-${node}-${role}`, { node, config, run, undo }, child)] : [];
    const prepared = nodes.map((node) => overSsh(node, "preparation", prepareNode, restoreNode));
    const others = Object.keys(nodeSsh?.hosts ?? {}).filter((node) => !nodes.includes(node));
    const mounting = others.flatMap((node) => overSsh(node, "module", loadModule, unloadModule));
    const hugePages = nodeSsh
      ? [
          kubectlCommand(
            `${name}-hugepages`,
            { cluster, onChange: "wait-for-huge-pages", request: { nodes } },
            { parent: this, dependsOn: dependencies(options, ...prepared.flat()) },
          ),
        ]
      : [];
    const ready = nodes.map((node, index) => {
      const preparations = prepared[index] ?? [];
      const label = new NodePatch(
        `${name}-${node}-label`,
        {
          metadata: {
            name: node,
            labels: { "openebs.io/engine": "mayastor" },
          },
        },
        // On k3s and MicroK8s the API server restarts with the kubelet: `hugePages` waits until it answers again.
        { parent: this, dependsOn: dependencies(options, ...preparations, ...hugePages) },
      );
      return [node, [label, ...preparations]] as const;
    });
    this.readyByNode = new Map(ready);
    this.ready = [...ready.flatMap(([, resources]) => resources), ...mounting, ...hugePages];
    this.registerOutputs({});
  }
}

/** Runs a script on a node as root, and another one at deletion. */
function nodeCommand(
  name: string,
  {
    node,
    config: { nodeSsh, nodeSshPrivateKey },
    run,
    undo,
  }: { readonly node: string; readonly config: NodeSshConfig; readonly run: string; readonly undo: string },
  options: pulumi.CustomResourceOptions,
): remote.Command {
  const { host, hostKey } = nodeSsh?.hosts[node] ?? { host: node, hostKey: "" };
  const { user, port } = nodeSsh ?? {};
  const asRoot = (script: string) => `${user === "root" ? "" : "sudo -n "}sh -c ${shellWord(script)}`;
  return new remote.Command(
    name,
    {
      connection: { host, hostKey, port, user, privateKey: nodeSshPrivateKey, dialErrorLimit: 3 },
      create: asRoot(run),
      update: asRoot(run),
      delete: asRoot(undo),
      // By default SSH servers accept no environment variables from clients.
      addPreviousOutputInEnv: false,
    },
    { ...options, additionalSecretOutputs: ["stdout", "stderr"] },
  );
}
