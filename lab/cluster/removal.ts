import * as fs from "node:fs";
import { stateRoot } from "../support/paths";
import { run } from "../support/processes";
import { step, UserError } from "../support/progress";
import { groupFolders, removeCgroups } from "./cgroups";
import { killProcesses } from "./endProcesses";
import { removeRules, remainingRules } from "./firewall";
import { network } from "./layout";
import { withLock } from "./lock";
import { mountsBelow, unmountBelow } from "./mounts";
import { hasBridge, removeNetwork } from "./network";
import { isLabProcess, readProcesses } from "./processTable";
import { clearSharedPlaces, sharedFiles } from "./sharedPlaces";

/** Whether a lab, or part of one, exists on this machine. */
export function isLabHere(): boolean {
  return fs.existsSync(stateRoot) || hasBridge() || readProcesses().some(isLabProcess);
}

/** Removes the lab from this machine, all but what was built. @returns whether there was one */
export async function labDown(): Promise<boolean> {
  if (!isLabHere()) return false;
  needsRoot("down");
  await withLock(() => step("removing the lab", removeLab));
  return true;
}

/** @throws UserError for every user but root */
export function needsRoot(command: string): void {
  if (process.getuid?.() !== 0) {
    throw new UserError(`The lab needs root: sudo --preserve-env=PATH npm run lab -- ${command}`);
  }
}

/**
 * Removes the lab from this machine. The build cache stays.
 * @throws UserError that names what could not be removed
 */
export async function removeLab(): Promise<void> {
  await killProcesses(isLabProcess);
  await unmountBelow(stateRoot);
  await removeCgroups();
  await removeNetwork();
  await removeRules();
  clearSharedPlaces();
  // Deleting files through a remaining mount would delete files outside the lab.
  if (mountsBelow(stateRoot).length === 0) await run("rm", ["--recursive", "--force", "--one-file-system", stateRoot]);
  const left = await remainingTraces();
  if (left.length > 0) {
    throw new UserError(
      [
        "These parts of the lab could not be removed:",
        ...left.map((line) => `  - ${line}`),
        "End what uses them, then run again: npm run lab -- down",
      ].join("\n"),
    );
  }
}

/** Descriptions of everything that exists of the lab outside its cache. Empty after a successful `lab down`. */
async function remainingTraces(): Promise<string[]> {
  return [
    ...readProcesses()
      .filter(isLabProcess)
      .map(({ pid, argv }) => `process ${pid} (${argv.join(" ").slice(0, 100)})`),
    ...mountsBelow(stateRoot).map((point) => `mount ${point}`),
    ...groupFolders().map((folder) => `control group ${folder}`),
    ...(hasBridge() ? [`network link ${network.bridge}`] : []),
    ...(await remainingRules()).map((rule) => `rule, chain or table ${rule}`),
    ...sharedFiles().map((file) => `file ${file}`),
    ...(fs.existsSync(stateRoot) ? [`folder ${stateRoot}`] : []),
  ];
}
