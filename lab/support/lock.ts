import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Takes a lock for this process, without waiting. A lock whose process is gone is taken over. Without /proc, as on macOS, there are
 * no locks: every process gets each of them.
 * @param file where the lock is: a symbolic link, which is made with its content in one step
 * @returns the number of the process that has it, which may be this one; undefined where this one has just taken it
 */
export function takeLock(file: string): number | undefined {
  const own = identity(process.pid);
  while (own !== undefined) {
    const holder = lockHolder(file);
    if (holder !== undefined) return holder;
    fs.rmSync(file, { force: true });
    fs.mkdirSync(path.dirname(file), { recursive: true });
    try {
      fs.symlinkSync(own, file);
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  return undefined;
}

/** The process that has a lock; undefined where none has it that still runs. */
export function lockHolder(file: string): number | undefined {
  try {
    const holder = fs.readlinkSync(file);
    const pid = Number.parseInt(holder, 10);
    return identity(pid) === holder ? pid : undefined;
  } catch {
    return undefined;
  }
}

export function releaseLock(file: string): void {
  fs.rmSync(file, { force: true });
}

/** A process's number and start: the number alone is given to somebody else one day. Undefined for one that has ended. */
function identity(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold blanks; the state follows it, and the start is the 20th field after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : `${pid} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
