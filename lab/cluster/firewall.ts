import { run } from "../support/processes";
import { network, policyQueue } from "./layout";

/** The commands for each address family: Kubernetes adds chains to both. */
const families = [
  { save: "iptables-save", restore: "iptables-restore" },
  { save: "ip6tables-save", restore: "ip6tables-restore" },
] as const;

const comment = ["-m", "comment", "--comment", network.bridge];

/** kube-proxy's chain that refuses connections to Services without a ready pod. */
const refusals = "KUBE-EXTERNAL-SERVICES";

/** Matches packets that still have a Service's address in the filter table: kube-proxy has not forwarded them to a pod. */
const toNoPod = ["-d", network.services, ...comment, "-j", "REJECT"];

/** Queues the first packet of a connection for the program that enforces NetworkPolicies. */
const toPolicies = [
  ...["-m", "conntrack", "!", "--ctstate", "ESTABLISHED,RELATED", ...comment],
  ...["-j", "NFQUEUE", "--queue-num", String(policyQueue)],
];

/** Matches packets of other users than root, and packets that the machine only forwards. */
const notFromRoot = ["-m", "owner", "!", "--uid-owner", "0"];

/** The nftables table of the program that enforces NetworkPolicies: its library adds rules of its own if the kernel supports them. */
const policyTable = `table inet ${network.bridge}`;

/**
 * The lab's own rules. Each is inserted at the head of its chain, so the last one is evaluated first.
 *
 * Pods reach external addresses through NAT, even if the machine does not forward packets by default.
 *
 * Packets of pods to a Service that kube-proxy does not know yet (up to 1 s after its creation) do not leave the machine, because another
 * host might answer there.
 *
 * The first packet of each connection from or to a pod is queued for the program that enforces NetworkPolicies, including packets of
 * pods to this machine. Connections of the machine's root user are exempt, because kubelets probe pods as root.
 *
 * Connections from the machine itself are refused on output. kube-proxy refuses only incoming ones, and the kernel would track an
 * outgoing connection without a pod for 120 s: until then, a connection from the same port would be refused even with ready pods.
 */
const ownRules: readonly { readonly table: string; readonly chain: string; readonly rule: readonly string[] }[] = [
  {
    table: "nat",
    chain: "POSTROUTING",
    rule: ["-s", network.pods, "!", "-d", network.pods, ...comment, "-j", "MASQUERADE"],
  },
  { table: "filter", chain: "FORWARD", rule: ["-s", network.pods, ...comment, "-j", "ACCEPT"] },
  { table: "filter", chain: "FORWARD", rule: ["-d", network.pods, ...comment, "-j", "ACCEPT"] },
  { table: "filter", chain: "FORWARD", rule: toNoPod },
  { table: "filter", chain: "OUTPUT", rule: toNoPod },
  { table: "mangle", chain: "INPUT", rule: ["-i", network.bridge, "-s", network.pods, ...toPolicies] },
  { table: "mangle", chain: "POSTROUTING", rule: ["-s", network.pods, ...notFromRoot, ...toPolicies] },
  { table: "mangle", chain: "POSTROUTING", rule: ["-d", network.pods, ...notFromRoot, ...toPolicies] },
  { table: "filter", chain: "OUTPUT", rule: ["-o", "lo", "-m", "conntrack", "--ctstate", "NEW", "-j", refusals] },
];

/** Adds missing rules of the lab, and the chain that one of them jumps to, which kube-proxy fills. */
export async function ensureOwnRules(): Promise<void> {
  await ensure("filter", { test: ["-n", "-L", refusals], add: ["-N", refusals] });
  for (const { table, chain, rule } of ownRules) {
    await ensure(table, { test: ["-C", chain, ...rule], add: ["-I", chain, ...rule] });
  }
}

/** Runs iptables with the arguments of `add`, unless those of `test` show that the rule exists. */
async function ensure(table: string, { test, add }: Record<"test" | "add", readonly string[]>): Promise<void> {
  const isThere = await run("iptables", ["-w", "-t", table, ...test]).then(
    () => true,
    () => false,
  );
  if (!isThere) await run("iptables", ["-w", "-t", table, ...add]);
}

/** Removes the lab's rules, its table, and all chains of Kubernetes. */
export async function removeRules(): Promise<void> {
  for (const { save, restore } of families) {
    const removal = removalOf(await run(save, []));
    if (removal !== "") await run(restore, ["--noflush", "-w"], { input: removal });
  }
  if (await hasPolicyTable()) await run("nft", ["delete", ...policyTable.split(" ")]);
}

async function hasPolicyTable(): Promise<boolean> {
  return (await run("nft", ["list", "tables"])).split("\n").includes(policyTable);
}

/** The tables, chains and rules that `removeRules` would remove. */
export async function remainingRules(): Promise<string[]> {
  const left = (await hasPolicyTable()) ? [policyTable] : [];
  for (const { save } of families) {
    left.push(
      ...removalOf(await run(save, []))
        .split("\n")
        .filter((line) => /^-[DX] /.test(line)),
    );
  }
  return left;
}

/**
 * The input for `iptables-restore --noflush` that removes the lab's own rules, Kubernetes' chains (`KUBE-…`)
 * and every rule that jumps to one. Empty if there are none.
 * @param saved the output of iptables-save
 */
export function removalOf(saved: string): string {
  return saved
    .split(/^(?=\*)/m)
    .map(removalOfTable)
    .join("");
}

function removalOfTable(text: string): string {
  const lines = text.split("\n");
  const table = lines.find((line) => line.startsWith("*"));
  const chains = lines.flatMap((line) => /^:(KUBE-\S+)/.exec(line)?.[1] ?? []);
  const rules = lines.filter((line) => {
    const owner = /^-A (\S+)/.exec(line)?.[1];
    if (owner === undefined || chains.includes(owner)) return false;
    return / -[jg] KUBE-/.test(line) || new RegExp(`--comment "?${network.bridge}"?( |$)`).test(line);
  });
  if (table === undefined || (chains.length === 0 && rules.length === 0)) return "";
  const removal = [
    table,
    ...rules.map((rule) => rule.replace("-A", "-D")),
    ...chains.map((chain) => `-F ${chain}`),
    ...chains.map((chain) => `-X ${chain}`),
    "COMMIT",
  ];
  return `${removal.join("\n")}\n`;
}
