import { wholeBytes } from "../kubernetes/quantity";

/** What requests may bring. */
export interface UploadSettings {
  /** Largest upload, a Kubernetes quantity. */
  readonly uploadLimit: string;
}

/** Bytes of a form besides the file that it uploads. */
const formBytes = 2 ** 20;

/** Most bytes that a request may bring. */
export function formLimit({ uploadLimit }: UploadSettings): number {
  return wholeBytes(uploadLimit) + formBytes;
}

/**
 * Most connections that each of nginx's two workers has. A request that is passed on takes two of them, so that a pod passes on
 * this many requests at once; beyond that, connections that wait for nothing are closed.
 */
export const connections = 2048;

/** MiB of one answer that may wait on the disk for a slow visitor. */
export const answerMebibytes = 2;

/**
 * MiB of a file of wp-content that may wait on the disk for a slow visitor: as large as an upload may be, and 64 at least. The rest of a
 * larger one holds a worker of Apache's.
 */
export function fileMebibytes({ uploadLimit }: UploadSettings): number {
  return Math.max(64, Math.ceil(wholeBytes(uploadLimit) / 2 ** 20));
}

/** Most such files at once, in one pod: 4 GiB, and 8 at least. What is more is an answer like any other. */
export function filesAtOnce(settings: UploadSettings): number {
  return Math.max(8, Math.floor(4096 / fileMebibytes(settings)));
}

/** What answers and files take on the disk at most. Seldom more than nothing: pages fit into memory, and few clients are slow. */
export function answersLimit(settings: UploadSettings): string {
  return `${connections * answerMebibytes + filesAtOnce(settings) * fileMebibytes(settings)}Mi`;
}

/** Most memory: 144 KiB for each request that is passed on, and as much again for nginx, what it knows of pages, and bodies. */
export const memoryLimit = "576Mi";

/** Bytes of uploads under way at once, in one pod: room for two of the largest, and 1 GiB at least. What is more is refused. */
export function uploadsBytes(settings: UploadSettings): number {
  return Math.max(2 ** 30, 2 * formLimit(settings));
}

/** Bytes of uploads under way that one client address may have in one pod: a quarter of the room, and always room for the largest one. */
export function uploadShareBytes(settings: UploadSettings): number {
  return Math.max(Math.floor(uploadsBytes(settings) / 4), formLimit(settings));
}

/** Size of their volume: what a file takes besides its bytes is less than a tenth. */
export function uploadsLimit(settings: UploadSettings): string {
  return `${Math.ceil((uploadsBytes(settings) * 1.1) / 2 ** 20)}Mi`;
}
