import { run } from "../support/processes";
import { network } from "./layout";

/** The commands for each address family: Kubernetes writes chains into both. */
const families = [
  { save: "iptables-save", restore: "iptables-restore" },
  { save: "ip6tables-save", restore: "ip6tables-restore" },
] as const;

const comment = ["-m", "comment", "--comment", network.bridge];

/** kube-proxy's chain that refuses connections to Services of which no pod is ready. */
const refusals = "KUBE-EXTERNAL-SERVICES";

/** For what still goes to a Service's address where filters look: kube-proxy has led it to no pod. */
const toNobody = ["-d", network.services, ...comment, "-j", "REJECT"];

/**
 * Rules of the lab's own; of one chain, the last is looked at first.
 *
 * Pods reach what is outside, under the machine's address, also where forwarding is closed. To a Service that kube-proxy does not know
 * yet, up to a second after it was made, they do not get out: somebody else might answer there. And what the machine
 * itself asks for is refused on its way out: kube-proxy refuses only what comes in, and a connection that got so far on the machine is
 * remembered by the kernel, without a pod that it is for, for 120 s. One from the same port would be refused until then, also with
 * pods that are ready.
 */
const ownRules: readonly { readonly table: string; readonly chain: string; readonly rule: readonly string[] }[] = [
  {
    table: "nat",
    chain: "POSTROUTING",
    rule: ["-s", network.pods, "!", "-d", network.pods, ...comment, "-j", "MASQUERADE"],
  },
  { table: "filter", chain: "FORWARD", rule: ["-s", network.pods, ...comment, "-j", "ACCEPT"] },
  { table: "filter", chain: "FORWARD", rule: ["-d", network.pods, ...comment, "-j", "ACCEPT"] },
  { table: "filter", chain: "FORWARD", rule: toNobody },
  { table: "filter", chain: "OUTPUT", rule: toNobody },
  { table: "filter", chain: "OUTPUT", rule: ["-o", "lo", "-m", "conntrack", "--ctstate", "NEW", "-j", refusals] },
];

/** Adds those of the lab's own rules that are missing, and the chain that one of them leads to, which kube-proxy fills. */
export async function ensureOwnRules(): Promise<void> {
  await ensure("filter", { test: ["-n", "-L", refusals], add: ["-N", refusals] });
  for (const { table, chain, rule } of ownRules) {
    await ensure(table, { test: ["-C", chain, ...rule], add: ["-I", chain, ...rule] });
  }
}

/** Gives iptables the arguments of `add`, unless those of `test` show that it is there. */
async function ensure(table: string, { test, add }: Record<"test" | "add", readonly string[]>): Promise<void> {
  const isThere = await run("iptables", ["-w", "-t", table, ...test]).then(
    () => true,
    () => false,
  );
  if (!isThere) await run("iptables", ["-w", "-t", table, ...add]);
}

/** Removes the lab's rules and all chains of Kubernetes. */
export async function removeRules(): Promise<void> {
  for (const { save, restore } of families) {
    const removal = removalOf(await run(save, []));
    if (removal !== "") await run(restore, ["--noflush", "-w"], { input: removal });
  }
}

/** Names of the chains and rules that `removeRules` would remove. */
export async function rulesLeft(): Promise<string[]> {
  const left = [];
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
 * What iptables-restore has to be given, with --noflush, to remove the lab's own rules, Kubernetes' chains (`KUBE-…`)
 * and every rule that leads into one. Empty when there are none.
 * @param saved what iptables-save printed
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
