import { configSet } from "../validation";
import { objectCacheName } from "../site/objectCacheNames";
import { pageCacheName } from "../site/pageCacheNames";
import { moduleAdvice, missingModule } from "../storage/nodeModule";
import type { Workload } from "./diagnosis";

/** What tells a cause, and what to do about it. */
interface Remedy {
  readonly sign: RegExp;
  /** @param nodes where the pods are that are not ready */
  readonly advice: (keys: Keys, nodes: readonly string[]) => string;
}

/** The keys that a workload's image and volume come from. */
interface Keys {
  readonly image: string;
  readonly storage: string;
}

const remedies: readonly Remedy[] = [
  {
    sign: /No space left on device|Disk quota exceeded|Errcode: 28|OS error: 28|failed with error 28/i,
    advice: ({ storage }) => `its volume is full: make it larger (${configSet(storage, "SIZE")}), or make room on it`,
  },
  {
    sign: /Got error 28 |The table '.*' is full|Disk full/i,
    advice: () => `the database's volume is full: make it larger: ${configSet("mariadbStorage", "SIZE")}`,
  },
  {
    sign: /ib_logfile0 was not found|Can't open and lock privilege tables/,
    advice: ({ storage }) =>
      `the database's first start was cut off, as where its volume is full (${configSet(storage, "SIZE")}), and left half of what it ` +
      'makes. If this site was never up, nothing is on it, and it can begin anew: docs/operations.md, "A database whose first start was cut off"',
  },
  {
    sign: /tables are of a newer WordPress/,
    advice: ({ image }) =>
      "no pod was replaced and no table was changed: go back to the previous image, or take a newer one " +
      `(${configSet(image, "NAME")}). An older WordPress needs a database from before the upgrade`,
  },
  {
    sign: /cannot get the image/,
    advice: ({ image }) =>
      `see whether the name is right and the nodes reach its registry: ${configSet(image, "NAME")}`,
  },
  {
    sign: /exceeded quota/,
    advice: () => "the namespace's quota allows no more: raise it (kubectl get resourcequota), or ask for fewer pods",
  },
  {
    sign: /has no node: .*Insufficient (memory|cpu)/,
    advice: () =>
      `no node has that much to spare: add a node, or ask for fewer pods: ${configSet("wordpressReplicas", "N")}`,
  },
  {
    sign: /ran out of memory/,
    advice: () => `it took more than its limit: for WordPress ${configSet("phpMemory", "SIZE")} raises it`,
  },
  { sign: missingModule, advice: (_, nodes) => moduleAdvice(nodes) },
];

/** Of all other apps, which are the site's and its jobs', they are WordPress's. */
const keysByApp: Readonly<Record<string, Keys>> = {
  mariadb: { image: "mariadbImage", storage: "mariadbStorage" },
  [pageCacheName]: { image: "pageCache.image", storage: "wordpressStorage" },
  [objectCacheName]: { image: "objectCache.image", storage: "wordpressStorage" },
};

/** How many lines of a log are shown. */
const shownLines = 10;

/** Those lines of a log that tell most: a known cause, else its errors, else its end; each once. */
export function tellingLines(log: string): string[] {
  const lines = [...new Set(log.split("\n").map((line) => line.trimEnd()))].filter((line) => line !== "");
  const causes = lines.filter((line) => remedies.some(({ sign }) => sign.test(line)));
  const errors = lines.filter((line) => /error|cannot|fatal|failed|no space|denied/i.test(line));
  return ([causes, errors].find(({ length }) => length > 0) ?? lines).slice(-shownLines);
}

/**
 * What to do, a sentence a cause.
 * @param lines the cluster's reasons, and the last words of the pods
 * @param nodes where the pods are that are not ready
 */
export function advice({ app }: Pick<Workload, "app">, lines: readonly string[], nodes: readonly string[]): string[] {
  const keys = keysByApp[app] ?? { image: "wordpressImage", storage: "wordpressStorage" };
  return remedies
    .filter(({ sign }) => lines.some((line) => sign.test(line)))
    .map((remedy) => remedy.advice(keys, nodes));
}
