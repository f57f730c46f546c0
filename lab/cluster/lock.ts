import * as fs from "node:fs";
import { Refusal } from "../support/progress";
import { readProcess } from "./processTable";

/** Who changes the lab at the moment. It is outside of the lab's own folder, which `lab down` removes. */
const lockFile = "/run/wordpress-lab.lock";

/**
 * Runs `work` while nobody else changes the lab.
 * @throws Refusal when another command of the lab is at it
 */
export async function withLock<T>(work: () => Promise<T>): Promise<T> {
  takeLock();
  try {
    return await work();
  } finally {
    fs.rmSync(lockFile, { force: true });
  }
}

/** What to say about another command of the lab that runs; undefined when there is none. */
export function lockProblem(): string | undefined {
  const holder = readHolder();
  if (holder === undefined || holder === identity(process.pid)) return undefined;
  const pid = Number.parseInt(holder, 10);
  if (identity(pid) !== holder) return undefined;
  const command = readProcess(pid)?.argv.join(" ") ?? "";
  return `another command of the lab runs, PID ${pid} (${command}): wait until it has ended, or end it with kill ${pid}`;
}

function takeLock(): void {
  const problem = lockProblem();
  if (problem) throw new Refusal(problem);
  fs.rmSync(lockFile, { force: true });
  try {
    fs.writeFileSync(lockFile, identity(process.pid), { flag: "wx" });
  } catch {
    throw new Refusal(lockProblem() ?? `${lockFile} cannot be written: is there a /run?`);
  }
}

function readHolder(): string | undefined {
  return fs.existsSync(lockFile) ? fs.readFileSync(lockFile, "utf8") : undefined;
}

/** A process's number and start: the number alone is given to somebody else one day. Empty for one that is gone. */
function identity(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold blanks; the start is the 20th field after it.
    const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return `${pid} ${started}`;
  } catch {
    return "";
  }
}
