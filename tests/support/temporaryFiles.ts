/** A command that lists what nginx has open in a folder of `/var/cache`, in its container: nginx deletes these files once they are open. */
export function listTemporaryFiles(folder: "answers" | "uploads"): [string, string, string] {
  const files = `find /proc/[0-9]*/fd -lname '/var/cache/${folder}/*deleted*'`;
  return ["sh", "-c", `${files} -exec stat -Lc '%i %b' {} + 2>/dev/null | sort -u`];
}

/** How many files {@link listTemporaryFiles} found, and the bytes that they take on the disk. @param listed what it printed */
export function temporaryFiles(listed: string): { readonly count: number; readonly bytes: number } {
  const lines = listed.split("\n").filter((line) => line !== "");
  return { count: lines.length, bytes: lines.reduce((sum, line) => sum + 512 * Number(line.split(" ")[1]), 0) };
}
