/** A command that lists nginx's open files in a folder of `/var/cache`, in its container: nginx deletes these files after opening them. */
export function listTemporaryFiles(folder: "answers" | "uploads"): [string, string, string] {
  const files = `find /proc/[0-9]*/fd -lname '/var/cache/${folder}/*deleted*'`;
  return ["sh", "-c", `${files} -exec stat -Lc '%i %b' {} + 2>/dev/null | sort -u`];
}

/** The number of files that {@link listTemporaryFiles} found, and their bytes on disk. @param listed its output */
export function temporaryFiles(listed: string): { readonly count: number; readonly bytes: number } {
  const lines = listed.split("\n").filter((line) => line !== "");
  return { count: lines.length, bytes: lines.reduce((sum, line) => sum + 512 * Number(line.split(" ")[1]), 0) };
}
