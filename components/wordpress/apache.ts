import { quantityBytes } from "../kubernetes/quantity";
import { healthVirtualHost } from "./health";

/**
 * Requests that one pod works on at once; others wait for their turn. PHP keeps a processor busy, so that more would be slower
 * for all, and the image's 150 take more memory than a pod has: the kernel then kills them in the middle of their work.
 */
const maxRequestWorkers = 16;

/** Most pods that a site may have. */
export const maxReplicas = 100;

/**
 * Connections to the database at once: one for each request that the most pods may work on, and some for their jobs. Whatever
 * wordpressReplicas is now: another number would start the server again.
 */
export const databaseConnections = maxReplicas * maxRequestWorkers + 100;

/** MiB that a worker may come to have for itself: 13 were seen at the dashboard; plugins need more than WordPress does. */
const workerMebibytes = 36;

/** MiB that all workers share: opcache's 128, and Apache with PHP itself. */
const sharedMebibytes = 192;

/** MiB of a job besides what its one request may take: PHP itself, and libraries that work on pictures. */
const taskMebibytes = 256;

/** Memory limit of a job, which is one request: 512Mi, or what `phpMemory` allows and some more. */
export function taskMemoryLimit(phpMemory: string): string {
  return `${Math.max(512, taskMebibytes + mebibytes(phpMemory))}Mi`;
}

/** Most memory of a pod: for all workers, or for two requests that take all they may. */
export function podMemoryLimit(phpMemory: string): string {
  return `${sharedMebibytes + Math.max(maxRequestWorkers * workerMebibytes, 2 * mebibytes(phpMemory))}Mi`;
}

function mebibytes(quantity: string): number {
  return Math.ceil((quantityBytes(quantity) ?? 0) / 2 ** 20);
}

/** Read after the image's own configuration. */
export const apacheConfiguration = [
  `MaxRequestWorkers ${maxRequestWorkers}`,
  // A visitor who is only connected keeps a worker from the others.
  "KeepAliveTimeout 1",
  healthVirtualHost,
].join("\n");
