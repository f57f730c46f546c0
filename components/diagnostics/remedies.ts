import { configSet } from "../../stacks/config/rules";

/** What tells a cause, and what to do about it. */
export interface Remedy {
  readonly symptom: RegExp;
  /** @param nodes where the pods are that are not ready */
  readonly instructions: (keys: WorkloadKeys, nodes: readonly string[]) => string;
}

/** The configuration keys that a workload's image and volume come from. */
export interface WorkloadKeys {
  readonly image: string;
  readonly storage: string;
}

/** What is known of a workload's failures besides what every workload may have. */
export interface KnownFailures {
  /** @default WordPress's */
  readonly keys?: WorkloadKeys;
  /** @default none */
  readonly remedies?: readonly Remedy[];
}

/** Of the site's pods and of its jobs. */
const siteKeys: WorkloadKeys = { image: "wordpressImage", storage: "wordpressStorage" };

/** Causes that every workload may have. */
const commonRemedies: readonly Remedy[] = [
  {
    symptom: /No space left on device|Disk quota exceeded|Errcode: 28|OS error: 28|failed with error 28/i,
    instructions: ({ storage }) =>
      `its volume is full: make it larger (${configSet(storage, "SIZE")}), or make room on it`,
  },
  {
    symptom: /cannot get the image/,
    instructions: ({ image }) =>
      `see whether the name is right and the nodes reach its registry: ${configSet(image, "NAME")}`,
  },
  {
    symptom: /exceeded quota/,
    instructions: () =>
      "the namespace's quota allows no more: raise it (kubectl get resourcequota), or ask for fewer pods",
  },
  {
    symptom: /has no node: .*Insufficient (memory|cpu)/,
    instructions: () =>
      `no node has that much to spare: add a node, or ask for fewer pods: ${configSet("wordpressReplicas", "N")}`,
  },
  {
    symptom: /ran out of memory/,
    instructions: () => `it took more than its limit: for WordPress ${configSet("phpMemory", "SIZE")} raises it`,
  },
];

/** How many lines of a log are shown. */
const shownLines = 10;

/** Those lines of a log that tell most: a known cause, else its errors, else its end; each once. */
export function relevantLogLines(log: string, remedies: readonly Remedy[] = []): string[] {
  const lines = [...new Set(log.split("\n").map((line) => line.trimEnd()))].filter((line) => line !== "");
  const causes = lines.filter((line) => [...commonRemedies, ...remedies].some(({ symptom }) => symptom.test(line)));
  const errors = lines.filter((line) => /error|cannot|fatal|failed|no space|denied/i.test(line));
  return ([causes, errors].find(({ length }) => length > 0) ?? lines).slice(-shownLines);
}

/**
 * What to do, a sentence a cause.
 * @param lines the cluster's reasons, and the last words of the pods
 * @param nodes where the pods are that are not ready
 */
export function workloadRemedies(
  { keys = siteKeys, remedies = [] }: KnownFailures,
  lines: readonly string[],
  nodes: readonly string[],
): string[] {
  return matchingRemedies([...commonRemedies, ...remedies], lines, nodes, keys);
}

/** What these remedies say to lines that show their cause. */
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
