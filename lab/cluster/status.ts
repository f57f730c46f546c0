import * as fs from "node:fs";
import { ensureKubernetes } from "../kubernetes/build";
import { stateRoot } from "../support/paths";
import { allDaemons } from "./allDaemons";
import { apiIsReady, readApi } from "./api";
import { hasCertificates } from "./certificates";
import { labClasses } from "./classes";
import { runningPid } from "./daemons";
import { pluginsFile, readPlugins } from "./environment";
import { labNodes } from "./layout";
import { table } from "./table";

interface List<T> {
  readonly items: readonly T[];
}

interface KubernetesNode {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo: { readonly kubeletVersion: string };
  };
}

interface StorageClass {
  readonly metadata: { readonly name: string };
}

interface Pod {
  readonly spec: { readonly nodeName?: string };
}

/** The lab's status as text, and whether all of it is healthy. */
export interface Status {
  readonly text: string;
  readonly isWell: boolean;
}

/** Reads the status of the lab's processes, nodes, classes and plugins. */
export async function readStatus(): Promise<Status> {
  if (!hasCertificates())
    return { text: "There is no lab on this machine. Start one: npm run lab -- up\n", isWell: false };
  const sections = [
    await processes(),
    ...((await apiIsReady().catch(() => false)) ? [await nodes(), await classes()] : []),
    ...(fs.existsSync(pluginsFile) ? [plugins()] : []),
  ];
  const isWell = sections.length === 4 && sections.every((section) => section.isWell);
  const advice = isWell ? "" : "\nThe lab is not healthy. Repair it: npm run lab -- up\n";
  return { text: sections.map(({ text }) => text).join("\n") + advice, isWell };
}

async function processes(): Promise<Status> {
  const kubernetes = await ensureKubernetes();
  const rows = await Promise.all(
    allDaemons(kubernetes).map(async (daemon) => {
      const pid = runningPid(daemon);
      const ready = pid !== undefined && (await daemon.ready().catch(() => false));
      return [daemon.name, pid === undefined ? "not running" : ready ? "ready" : "not ready", String(pid ?? "")];
    }),
  );
  return {
    text: table(["PROCESS", "STATE", "PID"], rows) + `logs: ${stateRoot}/logs\n`,
    isWell: rows.every(([, state]) => state === "ready"),
  };
}

async function nodes(): Promise<Status> {
  const { items } = await readApi<List<KubernetesNode>>("/api/v1/nodes");
  const pods = await readApi<List<Pod>>("/api/v1/pods");
  const rows = labNodes.map(({ name, address }) => {
    const node = items.find(({ metadata }) => metadata.name === name);
    const ready = node?.status.conditions?.find(({ type }) => type === "Ready")?.status === "True";
    const count = pods.items.filter(({ spec }) => spec.nodeName === name).length;
    return [name, ready ? "Ready" : "NotReady", address, node?.status.nodeInfo.kubeletVersion ?? "", String(count)];
  });
  return {
    text: table(["NODE", "STATE", "ADDRESS", "VERSION", "PODS"], rows),
    isWell: rows.every(([, state]) => state === "Ready"),
  };
}

async function classes(): Promise<Status> {
  const { items } = await readApi<List<StorageClass>>("/apis/storage.k8s.io/v1/storageclasses");
  const isThere = (name: string) => items.some(({ metadata }) => metadata.name === name);
  const rows = labClasses.map(({ name, isDefault, isShared, isExpandable }) => [
    isDefault ? `${name} (default)` : name,
    isThere(name) ? "exists" : "missing",
    isShared ? "ReadWriteMany, ReadWriteOnce" : "ReadWriteOnce",
    isExpandable ? "yes" : "no",
  ]);
  return {
    text: table(["CLASS", "STATE", "ACCESS MODES", "EXPANDABLE"], rows),
    isWell: labClasses.every(({ name }) => isThere(name)),
  };
}

function plugins(): Status {
  const rows = readPlugins().map(({ name, kind }) => [name, kind]);
  return { text: table(["PULUMI PLUGIN", "KIND"], rows), isWell: true };
}
