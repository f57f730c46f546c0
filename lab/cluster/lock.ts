import { lockHolder, releaseLock, takeLock } from "../support/lock";
import { UserError } from "../support/progress";
import { readProcess } from "./processTable";

/** Names the process that changes the lab. The file is outside the lab's folder, which `lab down` removes. */
const lockFile = "/run/wordpress-lab.lock";

/**
 * Runs `work` while no other process changes the lab.
 * @throws UserError if another lab command is running
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

/** A message about another running lab command; undefined if there is none. */
export function lockProblem(): string | undefined {
  return problemOf(lockHolder(lockFile));
}

function problemOf(pid: number | undefined): string | undefined {
  if (pid === undefined || pid === process.pid) return undefined;
  const command = readProcess(pid)?.argv.join(" ") ?? "";
  return `another lab command is running, PID ${pid} (${command}): wait until it has ended, or end it: kill ${pid}`;
}
