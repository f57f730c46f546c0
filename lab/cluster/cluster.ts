import * as fs from "node:fs";
import { labPaths } from "../support/paths";
import { step } from "../support/progress";
import { allDaemons } from "./allDaemons";
import { hasCertificates, makeCertificates } from "./certificates";
import { ensureClasses } from "./classes";
import { apiDaemons, clusterDaemons, proxyDaemon } from "./controlPlane";
import { awaitDaemon, DaemonFailed, isRunOf, startDaemon, type Daemon } from "./daemons";
import { endProcesses, killProcesses } from "./endProcesses";
import { folders, labNodes } from "./layout";
import { ensureNetwork } from "./network";
import { startNode, type NodeParts } from "./node";
import { isLabDaemon, isLabProcess, type ProcessEntry } from "./processTable";
import { removeLab } from "./removal";

/** Starts the parts of the cluster that do not run, and repairs those that differ from their configuration. */
export async function startCluster(parts: NodeParts): Promise<void> {
  await step("preparing certificates and network", prepare);
  await endStrays(parts);
  await step("starting the API server", () => startApi(parts));
  await step("starting controllers, scheduler and DNS", () => startAll(clusterDaemons(parts.kubernetes)));
  await step("creating the storage classes", ensureClasses);
  await step(`starting the nodes ${labNodes.map(({ name }) => name).join(", ")}`, async () => {
    await Promise.all([...labNodes.map((node) => startNode(node, parts)), startAll([proxyDaemon(parts.kubernetes)])]);
  });
}

async function prepare(): Promise<void> {
  fs.mkdirSync(labPaths.volumes, { recursive: true });
  if (!hasCertificates()) {
    // Running daemons trust certificates that no longer exist.
    await killProcesses(isLabProcess);
    await makeCertificates();
  }
  await ensureNetwork();
}

/** Ends daemons that another version of the lab started with other flags or from another program. */
async function endStrays({ kubernetes }: NodeParts): Promise<void> {
  const known = allDaemons(kubernetes);
  const isStray = (entry: ProcessEntry) => isLabDaemon(entry) && !known.some((daemon) => isRunOf(daemon, entry));
  await endProcesses(isStray);
}

/** Starts etcd and the API server. If they cannot read etcd's data, the cluster is recreated. */
async function startApi({ kubernetes }: NodeParts): Promise<void> {
  const hadData = fs.existsSync(folders.etcd);
  try {
    await startInTurn(apiDaemons(kubernetes));
  } catch (error) {
    if (!hadData || !(error instanceof DaemonFailed && error.hasEnded)) throw error;
    process.stderr.write(
      `\n${error.daemon.name} cannot read the data of the last run. The cluster is recreated; its objects and volumes are lost.\n`,
    );
    await removeLab();
    await prepare();
    await startInTurn(apiDaemons(kubernetes));
  }
}

async function startInTurn(daemons: readonly Daemon[]): Promise<void> {
  for (const daemon of daemons) {
    await startDaemon(daemon);
    await awaitDaemon(daemon);
  }
}

async function startAll(daemons: readonly Daemon[]): Promise<void> {
  for (const daemon of daemons) await startDaemon(daemon);
  await Promise.all(daemons.map(awaitDaemon));
}
