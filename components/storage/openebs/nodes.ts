import { type local, remote } from "@pulumi/command";
import { NodePatch } from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import { kubectlCommand } from "../../kubectl/scriptResource";
import { Component } from "../../kubernetes/component";
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
export class StorageNodes extends Component<StorageNodesArgs> {
  /** Dependencies of everything that runs on the nodes. */
  readonly ready: readonly pulumi.Resource[];
  /** The same for each node, by its name: within one `up`, Pulumi orders deletions only by direct dependencies. */
  readonly readyByNode: ReadonlyMap<string, readonly pulumi.Resource[]>;

  constructor(name: string, args: StorageNodesArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:storage:StorageNodes", name, args, options);
    const preparations = new Map(args.nodes.map((node) => [node, this.createPreparation(node)]));
    const modules = this.createModules();
    const hugePages = this.createWaitForHugePages([...preparations.values()].flat());
    this.readyByNode = new Map(
      [...preparations].map(([node, prepared]) => [
        node,
        [this.createLabel(node, [...prepared, ...hugePages]), ...prepared],
      ]),
    );
    this.ready = [...[...this.readyByNode.values()].flat(), ...modules, ...hugePages];
    this.registerOutputs({});
  }

  private createPreparation(node: string): remote.Command[] {
    return this.createNodeCommand(node, "preparation", { run: prepareNode, undo: restoreNode });
  }

  /** Loads the module for mounting on the nodes without a pool. */
  private createModules(): remote.Command[] {
    const { nodes, config } = this.args;
    return Object.keys(config.nodeSsh?.hosts ?? {})
      .filter((node) => !nodes.includes(node))
      .flatMap((node) => this.createNodeCommand(node, "module", { run: loadModule, undo: unloadModule }));
  }

  /** Without SSH the user has prepared the node. */
  private createNodeCommand(node: string, role: string, scripts: NodeScripts): remote.Command[] {
    const { config } = this.args;
    if (!config.nodeSsh) return [];
    return [nodeCommand(`${this.name}-${node}-${role}`, { node, config, ...scripts }, this.child())];
  }

  private createWaitForHugePages(preparations: readonly pulumi.Resource[]): local.Command[] {
    const { cluster, nodes, config } = this.args;
    if (!config.nodeSsh) return [];
    const command = { cluster, onChange: "wait-for-huge-pages", request: { nodes } } as const;
    return [kubectlCommand(`${this.name}-hugepages`, command, this.child(...preparations))];
  }

  /**
   * Labels a node for OpenEBS.
   * @param dependsOn includes the wait for huge pages: on k3s and MicroK8s the API server restarts with the kubelet, and the wait ends
   * when it answers again
   */
  private createLabel(node: string, dependsOn: readonly pulumi.Resource[]): NodePatch {
    const metadata = { name: node, labels: { "openebs.io/engine": "mayastor" } };
    return new NodePatch(`${this.name}-${node}-label`, { metadata }, this.child(...dependsOn));
  }
}

interface NodeScripts {
  readonly run: string;
  readonly undo: string;
}

/** Runs a script on a node as root, and another one at deletion. */
function nodeCommand(
  name: string,
  {
    node,
    config: { nodeSsh, nodeSshPrivateKey },
    run,
    undo,
  }: NodeScripts & { readonly node: string; readonly config: NodeSshConfig },
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
