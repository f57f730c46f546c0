import { remote } from "@pulumi/command";
import { NodePatch } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import { kubectlCommand } from "../../kubectl/scriptResource";
import { dependencies } from "../../kubernetes/dependencies";
import { shellWord } from "../../../stacks/config/rules";
import { loadModule, prepareNode, restoreNode, unloadModule } from "./nodeScripts";

/** How to reach the nodes. */
export interface NodeSsh {
  /** root, or one that sudo asks for no password. */
  readonly user: string;
  readonly port: number;
  /** Text of the private key; secret. */
  readonly privateKey: pulumi.Output<string>;
  /** By the node's name, with a pool or without: where its SSH server is, and the public key that this must show. */
  readonly hosts: Readonly<Record<string, { readonly host: string; readonly hostKey: string }>>;
}

export interface StorageNodesArgs {
  readonly cluster: ClusterAccess;
  /** Names of the nodes that have a pool. */
  readonly nodes: readonly string[];
  /** Without it somebody else has prepared the nodes, which the preflight has seen. */
  readonly ssh?: NodeSsh | undefined;
}

/**
 * The nodes that hold data: prepared for OpenEBS over SSH, and labelled for it. A node that loses its pool loses the label first, by
 * which its io-engine ends, and then the huge pages that this one held. Other nodes that can be reached get what mounting takes.
 */
export class StorageNodes extends pulumi.ComponentResource {
  /** What runs on the nodes depends on these. */
  readonly ready: readonly pulumi.Resource[];
  /** The same for one node, by its name: Pulumi orders what one `up` deletes by direct dependencies alone. */
  readonly readyByNode: ReadonlyMap<string, readonly pulumi.Resource[]>;

  constructor(name: string, { cluster, nodes, ssh }: StorageNodesArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:storage:StorageNodes", name, {}, options);
    const child = { parent: this, dependsOn: dependencies(options) };
    const overSsh = (node: string, role: string, run: string, undo: string) =>
      ssh ? [nodeCommand(`${name}-${node}-${role}`, { node, ssh, run, undo }, child)] : [];
    const prepared = nodes.map((node) => overSsh(node, "preparation", prepareNode, restoreNode));
    const others = Object.keys(ssh?.hosts ?? {}).filter((node) => !nodes.includes(node));
    const mounting = others.flatMap((node) => overSsh(node, "module", loadModule, unloadModule));
    const seen = ssh
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
        // On k3s and MicroK8s the API server restarts with the kubelet: `seen` ends when it answers again.
        { parent: this, dependsOn: dependencies(options, ...preparations, ...seen) },
      );
      return [node, [label, ...preparations]] as const;
    });
    this.readyByNode = new Map(ready);
    this.ready = [...ready.flatMap(([, resources]) => resources), ...mounting, ...seen];
    this.registerOutputs({});
  }
}

/** Runs a script on a node as root, and another one when that is to be undone. */
function nodeCommand(
  name: string,
  {
    node,
    ssh,
    run,
    undo,
  }: { readonly node: string; readonly ssh: NodeSsh; readonly run: string; readonly undo: string },
  options: pulumi.CustomResourceOptions,
): remote.Command {
  const { host, hostKey } = ssh.hosts[node] ?? { host: node, hostKey: "" };
  const asRoot = (script: string) => `${ssh.user === "root" ? "" : "sudo -n "}sh -c ${shellWord(script)}`;
  return new remote.Command(
    name,
    {
      connection: { host, hostKey, port: ssh.port, user: ssh.user, privateKey: ssh.privateKey, dialErrorLimit: 3 },
      create: asRoot(run),
      update: asRoot(run),
      delete: asRoot(undo),
      // SSH servers take no variables from outside unless they are told to.
      addPreviousOutputInEnv: false,
    },
    { ...options, additionalSecretOutputs: ["stdout", "stderr"] },
  );
}
