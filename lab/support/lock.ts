import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Tries to take a lock for this process, without waiting. A lock of a process that has ended is taken over. Without /proc, as on macOS,
 * locks do not work: every process gets each of them.
 * @param file path of the lock: a symbolic link, which can be created with its content atomically
 * @returns the PID of the holder, which may be this process; undefined if this process has just taken it
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

/** The PID of a lock's holder; undefined if no running process holds it. */
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

/** A process's PID and start time, because the kernel reuses PIDs. Undefined for a process that has ended. */
function identity(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may contain blanks. The state follows it, and the start time is the 20th field after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : `${pid} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
