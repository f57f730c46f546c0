import { isLabHere } from "../cluster/removal";
import { isKindTrialHere } from "./kindTrial";
import { askProgram, type Answer } from "./programs";

/** The clusters that `npm run try` can deploy to. */
export type ClusterKind = "kind" | "lab";

/** The facts that decide which cluster `npm run try` takes. */
export interface Facts {
  /** As Node names it: `linux`, `darwin`, `win32`. */
  readonly platform: NodeJS.Platform;
  readonly isLabHere: boolean;
  readonly isKindTrialHere: boolean;
  readonly docker: Answer;
  readonly kind: Answer;
}

export interface Choice {
  readonly cluster: ClusterKind;
  /** A clause that follows "because". */
  readonly reason: string;
}

export async function readFacts(): Promise<Facts> {
  const { platform } = process;
  const [docker, kind] = await Promise.all([askProgram("docker"), askProgram("kind")]);
  return { platform, isLabHere: platform === "linux" && isLabHere(), isKindTrialHere: isKindTrialHere(), docker, kind };
}

/** kind where Docker and kind answer, the lab elsewhere. A lab that is on the machine is taken: it has the site's port. */
export function chooseCluster({ platform, isLabHere, isKindTrialHere, docker, kind }: Facts): Choice {
  if (isLabHere) return { cluster: "lab", reason: "the lab is on this machine already" };
  if (docker.isThere && kind.isThere) {
    return { cluster: "kind", reason: `Docker ${docker.version} and kind ${kind.version} answer` };
  }
  // The kind trial then says that Docker has to be started: its cluster still exists.
  if (isKindTrialHere) return { cluster: "kind", reason: "a kind trial is on this machine already" };
  // kind's own check then lists what is missing: the lab could not run there at all.
  if (platform !== "linux") return { cluster: "kind", reason: "the lab runs on Linux only" };
  return {
    cluster: "lab",
    reason: [docker, kind].flatMap((answer) => (answer.isThere ? [] : answer.problem)).join(", "),
  };
}

const names = { kind: "a kind cluster", lab: "the lab of this repository" } as const;

/** The line that `npm run try` begins with: which cluster it takes and why, and how to take the other one. */
export function describeChoice({ cluster, reason }: Choice): string {
  const other = cluster === "kind" ? "lab" : "kind";
  return `Deploying to ${names[cluster]}, because ${reason}. "npm run try -- ${other}" takes ${names[other]} instead.\n`;
}
