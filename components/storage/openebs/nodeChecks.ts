import { isReady, repellingTaints } from "../../kubernetes/conditions";
import type { Node } from "../../kubernetes/objects";
import { quantityBytes } from "../../kubernetes/quantity";
import { configSet } from "../../../stacks/config/commands";
import { moduleCommand } from "./nodeModule";
import { neededHugePages } from "./nodeScripts";

/** Requirements of OpenEBS's replicated engine for a node (OpenEBS's documentation, "Prerequisites"). */
const needed = {
  architecture: "amd64",
  kernel: [5, 15],
  /** The io-engine reserves two, and not the first one. */
  processors: 3,
  hugePages: "2Gi",
} as const;

/** A pool to create on a node. */
export interface PlannedPool {
  /** Configuration key of its node, e.g. `storage.pools[0].node`. */
  readonly key: string;
  readonly node: string;
}

export interface NodeFindingsOptions {
  /** Context for the commands in the messages. */
  readonly context: string;
  /** Whether the program prepares the nodes, including huge pages. */
  readonly managesNodes: boolean;
}

/** Findings for requirements that the pools' nodes do not meet, each with its fix. */
export function nodeFindings(
  pools: readonly PlannedPool[],
  nodes: readonly Node[],
  options: NodeFindingsOptions,
): string[] {
  const names = nodes.map(({ metadata }) => metadata.name);
  return pools.flatMap(({ key, node: name }) => {
    const node = nodes.find(({ metadata }) => metadata.name === name);
    if (!node) {
      const other = names.find((candidate) => pools.every((pool) => pool.node !== candidate)) ?? names[0] ?? "k0";
      const there = names.length > 0 ? names.join(", ") : "none";
      return [`${key}: "${name}" is no node of this cluster, which has ${there}; example: ${configSet(key, other)}`];
    }
    return lacks(node, options).map((lack) => `${key}: the node ${name} ${lack}`);
  });
}

/** The requirements that a node does not meet, each with its fix. */
function lacks(node: Node, { context, managesNodes }: NodeFindingsOptions): string[] {
  const findings: string[] = [];
  const { status } = node;
  const { name } = node.metadata;
  if (!isReady(node)) {
    findings.push(`is not Ready; inspect: kubectl --context ${context} describe node ${name}`);
  }
  for (const { key, value, effect } of repellingTaints(node)) {
    const taint = `${key}${value === undefined ? "" : `=${value}`}:${effect}`;
    findings.push(
      `has the taint ${taint}, which OpenEBS's pods do not tolerate: remove it (kubectl --context ${context} taint node ` +
        `${name} ${taint}-), or use another node`,
    );
  }
  const { architecture = "unknown", kernelVersion = "unknown" } = status.nodeInfo ?? {};
  if (architecture !== needed.architecture) {
    findings.push(
      `is ${architecture}, and OpenEBS's replicated engine runs on ${needed.architecture} only: use another node`,
    );
  }
  if (isOlder(kernelVersion, needed.kernel)) {
    findings.push(
      `has Linux ${kernelVersion}, and at least ${needed.kernel.join(".")} is required: upgrade its system, then reboot it`,
    );
  }
  const processors = processorsOf(status.capacity?.cpu ?? "0");
  if (processors < needed.processors) {
    findings.push(
      `has ${processors} CPUs, and at least ${needed.processors} are required: add CPUs, or use another node`,
    );
  }
  const pages = status.allocatable?.["hugepages-2Mi"] ?? "0";
  if (!managesNodes && !hasHugePages(status.allocatable)) {
    findings.push(`has ${pages} of ${needed.hugePages} of huge pages; on ${name}: ${hugePagesCommand}`);
  }
  return findings;
}

/** Whether a node's kubelet reports enough huge pages. */
export function hasHugePages(allocatable: Node["status"]["allocatable"]): boolean {
  return (quantityBytes(allocatable?.["hugepages-2Mi"] ?? "0") ?? 0) >= (quantityBytes(needed.hugePages) ?? Infinity);
}

/** @param quantity of Kubernetes, whole or in thousandths: "4", "3500m" */
function processorsOf(quantity: string): number {
  return quantity.endsWith("m") ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity);
}

const hugePagesCommand =
  `echo 'vm.nr_hugepages = ${neededHugePages}' | sudo tee /etc/sysctl.d/90-hugepages.conf && sudo sysctl --system && ` +
  `${moduleCommand} && sudo systemctl restart kubelet`;

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [, ownMajor = "0", ownMinor = "0"] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(ownMajor) < major || (Number(ownMajor) === major && Number(ownMinor) < minor);
}
