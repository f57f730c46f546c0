import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { kubectlProgram, kubernetesProgram } from "../kubernetes/build";
import { pulumiOnPath, pulumiProgram } from "../pulumi/cli";
import { goProblem, goVersion, isBuilt } from "../support/goPrograms";
import { cacheRoot, stateRoot } from "../support/paths";
import { run } from "../support/processes";
import { UserError } from "../support/progress";
import { missingControllers } from "./cgroups";
import { foreignListeners } from "./listeners";
import { lockProblem } from "./lock";
import { kernelSettingFiles } from "./network";
import { missingPackages } from "./packages";
import { findings, isConflicting, type Machine, type SpaceNeed } from "./prerequisites";

const gigabyte = 1e9;

/** Checks, before anything is changed, whether this machine can run the lab. @throws UserError with all findings */
export async function checkMachine(): Promise<void> {
  const found = findings(await readMachine());
  if (found.length === 0) return;
  throw new UserError(
    ["The lab cannot start on this machine; nothing was changed:", ...found.map((finding) => `  - ${finding}`)].join(
      "\n",
    ),
  );
}

async function readMachine(): Promise<Machine> {
  const isLinux = process.platform === "linux";
  const building = await mustBuild();
  // A modular kernel has these two only after the modules are loaded.
  for (const name of ["overlay", "br_netfilter", "nf_conntrack"])
    await run("modprobe", ["--quiet", name]).catch(() => "");
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    goProblem: building ? goProblem(await goVersion()) : undefined,
    missingPackages: missingPackages(),
    hasAptGet: fs.existsSync("/usr/bin/apt-get"),
    space: await spaceNeeds(building),
    listeners: isLinux ? foreignListeners(isConflicting) : [],
    addresses: Object.entries(os.networkInterfaces()).flatMap(([name, addresses = []]) =>
      addresses.filter(({ family }) => family === "IPv4").map(({ address }) => ({ name, address })),
    ),
    lockProblem: isLinux ? lockProblem() : undefined,
    missingControllers: isLinux ? missingControllers() : [],
    hasOverlay: isLinux && /\boverlay$/m.test(fs.readFileSync("/proc/filesystems", "utf8")),
    lockedSettings: kernelSettingFiles().filter((file) => !isWritable(file)),
  };
}

async function mustBuild(): Promise<boolean> {
  if (!isBuilt(kubernetesProgram) || !isBuilt(kubectlProgram)) return true;
  return !isBuilt(pulumiProgram) && (await pulumiOnPath(process.env.PATH ?? "")) === undefined;
}

/** Disk space that the lab needs: measured on a machine with empty caches, plus a third. */
async function spaceNeeds(building: boolean): Promise<SpaceNeed[]> {
  const running = need(stateRoot, "the running lab", 2);
  if (!building) return [running];
  const [goBuilds, goModules] = (await run("go", ["env", "GOCACHE", "GOMODCACHE"]).catch(() => "")).split("\n");
  return [
    running,
    need(cacheRoot, "build results (move them with LAB_CACHE)", 3),
    ...(goBuilds ? [need(goBuilds, "Go's build cache (move it with GOCACHE)", 6)] : []),
    ...(goModules ? [need(goModules, "Go modules (move them with GOMODCACHE)", 2.5)] : []),
  ];
}

function need(place: string, purpose: string, gigabytes: number): SpaceNeed {
  const folder = nearestFolder(place);
  const { bavail, bsize } = fs.statfsSync(folder);
  return {
    path: place,
    purpose,
    neededBytes: gigabytes * gigabyte,
    freeBytes: bavail * bsize,
    device: fs.statSync(folder).dev,
  };
}

function nearestFolder(place: string): string {
  return fs.existsSync(place) ? place : nearestFolder(path.dirname(place));
}

function isWritable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
