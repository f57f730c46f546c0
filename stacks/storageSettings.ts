import type { DiskPoolSettings } from "../components/storage/openebs/diskPools";
import { byIdHint, worldWideName } from "../components/storage/openebs/disk";
import type { StorageConfig } from "../components/storage/openebs/storage";
import { configRemove, configSet, InvalidValue } from "./config/rules";
import { poolKeys, storageKeys } from "./keys";
import { readKeys, readList, readObject, type Report, reportMissing } from "./readKeys";

type Engine = StorageConfig["engine"];

/** Keys that mean something to some engines only: set with another one they would be ignored without a word. */
const enginesOf: Readonly<Record<string, readonly Engine[]>> = {
  className: ["existing"],
  replicas: ["replicated"],
  pools: ["replicated"],
  logging: ["replicated"],
  chartVersion: ["replicated", "hostpath"],
  chartRepository: ["replicated", "hostpath"],
  imageRegistry: ["replicated", "hostpath"],
  nfsChartRepository: ["replicated"],
};

const known = [...Object.keys(storageKeys), "pools"];

/** Full names of the keys inside `storage`. */
export const storageNames = known.map((name) => `storage.${name}`);

/** Reads the object `storage`; what is wrong with it is reported. */
export function readStorage(text: string | undefined, report: Report): StorageConfig {
  const object = readObject("storage", text, { known, example: ["engine", "existing"] }, report);
  const values = readKeys(storageKeys, "storage.", object, report);
  const { engine, className, chartVersion, chartRepository, imageRegistry, logging, nfsChartRepository } = values;
  // Without a valid engine nothing can be said of the others.
  if (engine === undefined) return { engine: "existing", className };
  for (const [name, engines] of Object.entries(enginesOf)) {
    if (object[name] === undefined || engines.includes(engine)) continue;
    report(
      `storage.${name}: is for the engine ${engines.join(" or ")}, and storage.engine is ${engine}; remove it: ` +
        configRemove(`storage.${name}`),
    );
  }
  if (engine === "existing") return { engine, className };
  const chart = { version: chartVersion, repository: chartRepository, imageRegistry };
  if (engine === "hostpath") return { engine, chart };
  const pools = readPools(object.pools, report);
  const replicas = readReplicas(values.replicas, pools.length, report);
  return { engine, chart, logging, nfsChartRepository, pools, replicas };
}

function readReplicas(replicas: number | undefined, pools: number, report: Report): number {
  if (replicas !== undefined && replicas > pools && pools > 0) {
    const rule = { allowed: `a whole number from 1 to ${pools}, the number of storage.pools`, example: String(pools) };
    report(new InvalidValue("storage.replicas", String(replicas), rule).message);
  }
  return replicas ?? Math.min(3, pools);
}

function readPools(text: string | undefined, report: Report): DiskPoolSettings[] {
  const { node, disk } = poolKeys;
  const first = [configSet("storage.pools[0].node", "k0"), configSet("storage.pools[0].disk", disk.rule.example)];
  const form = { entry: "{ node, disk }", example: ["storage.pools[0].node", "k0"] } as const;
  const value = readList("storage.pools", text, form, report);
  if (value === undefined) return [];
  if (value.length === 0) {
    report(
      "storage.pools: not set, and the engine replicated needs a pool on each node that is to hold data; " +
        `example: ${first.join(" && ")}`,
    );
  }
  const pools = value.map((entry, index) => readPool(`storage.pools[${index}]`, entry, report));
  reportTwice(pools, "node", ({ node }) => node, "one pool a node", node.rule.example, report);
  reportTwice(pools, "disk", ({ disk }) => worldWideName(disk), "a disk of its own", disk.rule.example, report);
  return pools;
}

function readPool(name: string, entry: unknown, report: Report): DiskPoolSettings {
  const options = { known: Object.keys(poolKeys), example: ["node", "k0"] } as const;
  const object = readObject(name, JSON.stringify(entry), options, report);
  const findings: string[] = [];
  const { node = "", disk = "", replace } = readKeys(poolKeys, `${name}.`, object, (problem) => findings.push(problem));
  const hint = byIdHint(object.disk ?? "", object.node ?? "the node");
  findings.forEach((finding) => report(hint && finding.startsWith(`${name}.disk`) ? `${finding}; ${hint}` : finding));
  reportMissing(name, { node: poolKeys.node, disk: poolKeys.disk }, object, report);
  return { node, disk, replace };
}

function reportTwice(
  pools: readonly DiskPoolSettings[],
  key: "node" | "disk",
  mark: (pool: DiskPoolSettings) => string | undefined,
  rule: string,
  example: string,
  report: Report,
): void {
  pools.forEach((pool, index) => {
    const first = pools.findIndex((other) => mark(other) !== undefined && mark(other) === mark(pool));
    if (first < 0 || first === index || mark(pool) === "") return;
    report(
      `storage.pools[${index}].${key}: "${pool[key]}" is that of storage.pools[${first}] as well; expected ${rule}; ` +
        `example: ${configSet(`storage.pools[${index}].${key}`, example)}`,
    );
  });
}
