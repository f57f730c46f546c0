import * as fs from "node:fs";
import { stateRoot } from "../support/paths";
import { run } from "../support/processes";
import { UserError } from "../support/progress";
import { groupFolders, removeCgroups } from "./cgroups";
import { killProcesses } from "./endProcesses";
import { removeRules, rulesLeft } from "./firewall";
import { network } from "./layout";
import { mountsBelow, unmountBelow } from "./mounts";
import { hasBridge, removeNetwork } from "./network";
import { isOfTheLab, readProcesses } from "./processTable";
import { clearSharedPlaces, sharedFiles } from "./sharedPlaces";

/** Whether there is a lab on this machine, or something of one. */
export function isLabHere(): boolean {
  return fs.existsSync(stateRoot) || hasBridge() || readProcesses().some(isOfTheLab);
}

/**
 * Removes the lab from this machine, all but what was built.
 * @throws UserError that names what is left, when something is
 */
export async function removeLab(): Promise<void> {
  await killProcesses(isOfTheLab);
  await unmountBelow(stateRoot);
  await removeCgroups();
  await removeNetwork();
  await removeRules();
  clearSharedPlaces();
  // Removing files through a mount that is still there would remove somebody else's.
  if (mountsBelow(stateRoot).length === 0) await run("rm", ["--recursive", "--force", "--one-file-system", stateRoot]);
  const left = await remainingTraces();
  if (left.length > 0) {
    throw new UserError(
      ["Not everything could be removed. Left are:", ...left.map((line) => `  - ${line}`)].join("\n"),
    );
  }
}

/** What there is of the lab outside of its cache, in words. Empty after a good `lab down`. */
async function remainingTraces(): Promise<string[]> {
  return [
    ...readProcesses()
      .filter(isOfTheLab)
      .map(({ pid, argv }) => `process ${pid} (${argv.join(" ").slice(0, 100)})`),
    ...mountsBelow(stateRoot).map((point) => `mount ${point}`),
    ...groupFolders().map((folder) => `control group ${folder}`),
    ...(hasBridge() ? [`network link ${network.bridge}`] : []),
    ...(await rulesLeft()).map((rule) => `iptables rule or chain ${rule}`),
    ...sharedFiles().map((file) => `file ${file}`),
    ...(fs.existsSync(stateRoot) ? [`folder ${stateRoot}`] : []),
  ];
}
