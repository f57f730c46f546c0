import { lockHolder, releaseLock, takeLock } from "../support/lock";
import { UserError } from "../support/progress";
import { readProcess } from "./processTable";

/** Who changes the lab at the moment. It is outside of the lab's own folder, which `lab down` removes. */
const lockFile = "/run/wordpress-lab.lock";

/**
 * Runs `work` while nobody else changes the lab.
 * @throws UserError when another command of the lab is at it
 */
export async function withLock<T>(work: () => Promise<T>): Promise<T> {
  const problem = problemOf(takeLock(lockFile));
  if (problem) throw new UserError(problem);
  try {
    return await work();
  } finally {
    releaseLock(lockFile);
  }
}

/** What to say about another command of the lab that runs; undefined when there is none. */
export function lockProblem(): string | undefined {
  return problemOf(lockHolder(lockFile));
}

function problemOf(pid: number | undefined): string | undefined {
  if (pid === undefined || pid === process.pid) return undefined;
  const command = readProcess(pid)?.argv.join(" ") ?? "";
  return `another command of the lab runs, PID ${pid} (${command}): wait until it has ended, or end it with kill ${pid}`;
}
