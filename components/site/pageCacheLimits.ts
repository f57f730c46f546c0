import { formLimit, type SiteSettings } from "./siteFiles";

/**
 * Most connections that each of nginx's two workers has. A request that is passed on takes two of them, so that a pod passes on
 * this many requests at once; beyond that, connections that wait for nothing are closed.
 */
export const connections = 2048;

/** MiB of one answer that may wait on the disk for a slow visitor. */
export const answerMebibytes = 2;

/** Most that all such answers take. Seldom more than nothing: pages fit into memory, and files come in parts that do. */
export const answersLimit = `${connections * answerMebibytes}Mi`;

/** Most memory: 144 KiB for each request that is passed on, and as much again for nginx, what it knows of pages, and bodies. */
export const memoryLimit = "576Mi";

/** Bytes of uploads under way at once, in one pod: room for two of the largest, and 1 GiB at least. What is more is refused. */
export function uploadsBytes(settings: Pick<SiteSettings, "uploadLimit">): number {
  return Math.max(2 ** 30, 2 * formLimit(settings));
}

/** Bytes of uploads under way that one client address may have in one pod: a quarter of the room, and always room for the largest one. */
export function uploadShareBytes(settings: Pick<SiteSettings, "uploadLimit">): number {
  return Math.max(Math.floor(uploadsBytes(settings) / 4), formLimit(settings));
}

/** Size of their volume: what a file takes besides its bytes is less than a tenth. */
export function uploadsLimit(settings: Pick<SiteSettings, "uploadLimit">): string {
  return `${Math.ceil((uploadsBytes(settings) * 1.1) / 2 ** 20)}Mi`;
}
