import { labNodes } from "../../../lab/cluster/layout";
import type { LabSite } from "../../e2e/support/labSite";
import { sitePods } from "../../e2e/support/sharedSite";
import { lab } from "../../lab-cluster/support/machine";
import { seededRandom } from "./seededRandom";
import { databasePod, deletePod } from "./pods";

/** The database's node, and the others. */
export async function placement(site: LabSite): Promise<{ readonly database: string; readonly others: string[] }> {
  const { nodeName = "" } = (await databasePod(site)).spec;
  return { database: nodeName, others: seededRandom.shuffle(othersThan(nodeName)) };
}

function othersThan(node: string): string[] {
  return labNodes.map(({ name }) => name).filter((name) => name !== node);
}

/** Drains a node as an administrator does for maintenance, and uncordons it afterwards. */
export async function drain({ cluster }: LabSite, node: string, whileDrained: () => Promise<void>): Promise<void> {
  try {
    await cluster.kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=450s");
    await whileDrained();
  } finally {
    await cluster.kubectl("uncordon", node);
  }
}

/** Moves all of the site's pods to one node. */
export async function gather(site: LabSite, node: string): Promise<void> {
  const others = othersThan(node);
  try {
    await site.cluster.kubectl("cordon", ...others);
    for (const pod of await sitePods(site)) if (pod.spec.nodeName !== node) await deletePod(site, pod);
  } finally {
    await site.cluster.kubectl("uncordon", ...others);
  }
}

/** Stops a node abruptly, its containers first, and starts it again. */
export async function powerCut(node: string, whileOff: () => Promise<void>): Promise<void> {
  await lab("node", "stop", node);
  try {
    await whileOff();
  } finally {
    await lab("node", "start", node);
  }
}

const outOfService = { key: "node.kubernetes.io/out-of-service", taint: "nodeshutdown:NoExecute" };

/** The command that declares a node as powered off; docs/how-to/recover-from-node-failure.md. */
export const declareOffCommand = (node: string) => ["taint", "node", node, `${outOfService.key}=${outOfService.taint}`];

/** Removes that declaration from every node. */
export async function declareBack({ cluster }: LabSite): Promise<void> {
  const { items } = await cluster.json<{ items: TaintedNode[] }>("get", "nodes");
  for (const { metadata, spec } of items) {
    if (!spec.taints?.some(({ key }) => key === outOfService.key)) continue;
    await cluster.kubectl("taint", "node", metadata.name, `${outOfService.key}-`);
  }
}

interface TaintedNode {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly taints?: readonly { readonly key: string }[] };
}

/** A node with WordPress pods and without the database. */
export async function nodeWithSiteAlone(site: LabSite): Promise<string> {
  const { others } = await placement(site);
  const [first = ""] = others;
  const used = (await sitePods(site)).map(({ spec }) => spec.nodeName ?? "");
  const node = others.find((name) => used.includes(name));
  if (node === undefined) await gather(site, first);
  return node ?? first;
}
