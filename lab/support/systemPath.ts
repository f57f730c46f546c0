import * as path from "node:path";

/** Lets the programs in /usr/sbin be found, which `su` and cron leave off root's PATH. */
export function useSystemPrograms(): void {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const missing = ["/usr/sbin", "/sbin"].filter((folder) => !folders.includes(folder));
  process.env.PATH = [...folders, ...missing].join(path.delimiter);
}
