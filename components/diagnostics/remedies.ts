import { configSet } from "../../stacks/config/commands";

/** A known cause of failures, and what to do about it. */
export interface Remedy {
  /** Matches a log line or a reason of the cluster. */
  readonly symptom: RegExp;
  /** @param nodes nodes with pods that are not ready */
  readonly instructions: (keys: WorkloadKeys, nodes: readonly string[]) => string;
}

/** The configuration keys of a workload's image and volume size. */
export interface WorkloadKeys {
  readonly image: string;
  readonly storage: string;
}

/** Known failures of a workload, besides those that every workload may have. */
export interface KnownFailures {
  /** @default the keys of WordPress */
  readonly keys?: WorkloadKeys;
  /** @default none */
  readonly remedies?: readonly Remedy[];
}

/** The keys of the site's pods and jobs. */
const siteKeys: WorkloadKeys = { image: "wordpressImage", storage: "wordpressStorage" };

/** Remedies for causes that every workload may have. */
const commonRemedies: readonly Remedy[] = [
  {
    symptom: /No space left on device|Disk quota exceeded|Errcode: 28|OS error: 28|failed with error 28/i,
    instructions: ({ storage }) =>
      `its volume is full: enlarge it (${configSet(storage, "SIZE")}), or free space on it`,
  },
  {
    symptom: /cannot pull the image/,
    instructions: ({ image }) =>
      `check the image's name, and whether the nodes reach its registry: ${configSet(image, "NAME")}`,
  },
  {
    symptom: /exceeded quota/,
    instructions: () => "the namespace's quota is used up: raise it (kubectl get resourcequota), or run fewer pods",
  },
  {
    symptom: /has no node: .*Insufficient (memory|cpu)/,
    instructions: () =>
      `no node has enough free resources: add a node, or run fewer pods: ${configSet("wordpressReplicas", "N")}`,
  },
  {
    symptom: /ran out of memory/,
    instructions: () => `it exceeded its memory limit; to raise that of WordPress: ${configSet("phpMemory", "SIZE")}`,
  },
];

/** Most log lines that are shown. */
const shownLines = 10;

/** The relevant lines of a log, each once: those of a known cause, else its errors, else its last ones. */
export function relevantLogLines(log: string, remedies: readonly Remedy[] = []): string[] {
  const lines = [...new Set(log.split("\n").map((line) => line.trimEnd()))].filter((line) => line !== "");
  const causes = lines.filter((line) => [...commonRemedies, ...remedies].some(({ symptom }) => symptom.test(line)));
  const errors = lines.filter((line) => /error|cannot|fatal|failed|no space|denied/i.test(line));
  return ([causes, errors].find(({ length }) => length > 0) ?? lines).slice(-shownLines);
}

/**
 * Remedies for a workload, one for each known cause.
 * @param lines the cluster's reasons and the pods' log lines
 * @param nodes nodes with pods that are not ready
 */
export function workloadRemedies(
  { keys = siteKeys, remedies = [] }: KnownFailures,
  lines: readonly string[],
  nodes: readonly string[],
): string[] {
  return matchingRemedies([...commonRemedies, ...remedies], lines, nodes, keys);
}

/** The instructions of those remedies whose symptom is in the lines. */
export function matchingRemedies(
  remedies: readonly Remedy[],
  lines: readonly string[],
  nodes: readonly string[],
  keys = siteKeys,
): string[] {
  return remedies
    .filter(({ symptom }) => lines.some((line) => symptom.test(line)))
    .map((remedy) => remedy.instructions(keys, nodes));
}
