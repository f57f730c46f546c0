import * as path from "node:path";

/** Adds /usr/sbin to PATH, which `su` and cron leave out for root. */
export function useSystemPrograms(): void {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const missing = ["/usr/sbin", "/sbin"].filter((folder) => !folders.includes(folder));
  process.env.PATH = [...folders, ...missing].join(path.delimiter);
}
