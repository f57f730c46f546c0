import { isReady, repellingTaints } from "../../kubernetes/conditions";
import type { Node } from "../../kubernetes/objects";
import { quantityBytes } from "../../kubernetes/quantity";
import { configSet } from "../../../stacks/config/rules";
import { moduleCommand } from "./nodeModule";
import { neededHugePages } from "./nodeScripts";

/** What OpenEBS's replicated engine needs of a node (its documentation, "Prerequisites"). */
const needed = {
  architecture: "amd64",
  kernel: [5, 15],
  /** The io-engine takes two for itself, and none is the first. */
  processors: 3,
  hugePages: "2Gi",
} as const;

/** A pool that is to be made on a node. */
export interface PlannedPool {
  /** Full key of its node, e.g. `storage.pools[0].node`. */
  readonly key: string;
  readonly node: string;
}

export interface NodeFindingsOptions {
  /** Context that the commands in the messages name. */
  readonly context: string;
  /** Whether the program prepares the nodes itself, huge pages included. */
  readonly managesNodes: boolean;
}

/** What the nodes of the pools lack, a finding a line, each with what mends it. */
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

/** What a node has too little of, and the command for it. */
function lacks(node: Node, { context, managesNodes }: NodeFindingsOptions): string[] {
  const findings: string[] = [];
  const { status } = node;
  const { name } = node.metadata;
  if (!isReady(node)) {
    findings.push(`is not Ready; look: kubectl --context ${context} describe node ${name}`);
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
      `is ${architecture}, and OpenEBS's replicated engine runs on ${needed.architecture} only: take another`,
    );
  }
  if (isOlder(kernelVersion, needed.kernel)) {
    findings.push(
      `has Linux ${kernelVersion}, and ${needed.kernel.join(".")} is the least: upgrade its system, then reboot it`,
    );
  }
  const processors = processorsOf(status.capacity?.cpu ?? "0");
  if (processors < needed.processors) {
    findings.push(`has ${processors} CPUs, and ${needed.processors} are the least: give it more, or take another`);
  }
  const pages = status.allocatable?.["hugepages-2Mi"] ?? "0";
  if (!managesNodes && !hasHugePages(status.allocatable)) {
    findings.push(`has ${pages} of ${needed.hugePages} of huge pages; on ${name}: ${hugePagesCommand}`);
  }
  return findings;
}

/** Whether a node's kubelet has seen enough huge pages. */
export function hasHugePages(allocatable: Node["status"]["allocatable"]): boolean {
  return (quantityBytes(allocatable?.["hugepages-2Mi"] ?? "0") ?? 0) >= (quantityBytes(needed.hugePages) ?? Infinity);
}

/** @param quantity Kubernetes's, whole or in thousandths: "4", "3500m" */
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
