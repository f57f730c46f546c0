import { wholeBytes } from "../kubernetes/quantity";

/** Limit of the uploads to the site. */
export interface UploadConfig {
  /** Largest upload, a Kubernetes quantity. */
  readonly uploadLimit: string;
}

/** Bytes of a form in addition to the file that it uploads. */
const formOverheadBytes = 2 ** 20;

/** Maximum bytes of a request body. */
export function maxRequestBytes({ uploadLimit }: UploadConfig): number {
  return wholeBytes(uploadLimit) + formOverheadBytes;
}

/**
 * Maximum connections of each of the two nginx workers. A request to WordPress takes two connections, so this is also the number of
 * such requests that a pod handles at once. At the limit, nginx closes idle connections.
 */
export const connections = 2048;

/** MiB of one answer that are buffered on disk for a slow client. */
export const answerMebibytes = 2;

/**
 * MiB of a file of wp-content that are buffered on disk for a slow client: the largest upload, and at least 64. The rest of a larger
 * file occupies an Apache worker until the client has read it.
 */
export function fileMebibytes({ uploadLimit }: UploadConfig): number {
  return Math.max(64, Math.ceil(wholeBytes(uploadLimit) / 2 ** 20));
}

/** Maximum number of such files at once in one pod: 4 GiB of them, and at least 8. Further files get the buffer of any other answer. */
export function filesAtOnce(config: UploadConfig): number {
  return Math.max(8, Math.floor(4096 / fileMebibytes(config)));
}

/** Size limit of the volume for buffered answers and files. It is mostly empty: pages fit into memory, and few clients are slow. */
export function answersLimit(config: UploadConfig): string {
  return `${connections * answerMebibytes + filesAtOnce(config) * fileMebibytes(config)}Mi`;
}

/** Memory limit: 144 KiB for each request to WordPress, and as much again for nginx, its index of cached pages, and request bodies. */
export const memoryLimit = "576Mi";

/** Bytes of uploads in progress in one pod: two of the largest, and at least 1 GiB. Further uploads are refused. */
export function uploadsBytes(config: UploadConfig): number {
  return Math.max(2 ** 30, 2 * maxRequestBytes(config));
}

/** Bytes of uploads in progress in one pod from one client address: a quarter of {@link uploadsBytes}, and at least the largest upload. */
export function uploadShareBytes(config: UploadConfig): number {
  return Math.max(Math.floor(uploadsBytes(config) / 4), maxRequestBytes(config));
}

/** Size limit of the volume for uploads. The file system needs less than a tenth in addition to a file's bytes. */
export function uploadsLimit(config: UploadConfig): string {
  return `${Math.ceil((uploadsBytes(config) * 1.1) / 2 ** 20)}Mi`;
}
