import { quantityBytes } from "../kubernetes/quantity";
import { healthVirtualHost } from "./health";

/**
 * Maximum number of concurrent requests of one pod; further requests are queued. PHP is CPU-bound, so that more workers would slow down
 * every request. The image's default of 150 workers exceeds the memory limit: the kernel then kills workers during their requests.
 */
const maxRequestWorkers = 16;

/** Maximum number of pods of a site. */
export const maxReplicas = 100;

/**
 * Maximum number of database connections: one for each concurrent request of the maximum number of pods, and 100 for jobs. It does not
 * depend on wordpressReplicas, because another number restarts the server.
 */
export const databaseConnections = maxReplicas * maxRequestWorkers + 100;

/** Private memory of a worker in MiB. 13 MiB were measured at the dashboard; plugins need more than WordPress does. */
const workerMebibytes = 36;

/** Memory in MiB that all workers share: 128 for opcache, the rest for Apache and PHP. */
const sharedMebibytes = 192;

/** Memory of a job in MiB besides the limit of its one request: PHP, and image libraries. */
const taskMebibytes = 256;

/** Memory limit of a job, which is one request: `phpMemory` plus {@link taskMebibytes}, at least 512Mi. */
export function taskMemoryLimit(phpMemory: string): string {
  return `${Math.max(512, taskMebibytes + mebibytes(phpMemory))}Mi`;
}

/** Memory limit of a pod: room for all workers, or for two requests of `phpMemory` if that is more. */
export function podMemoryLimit(phpMemory: string): string {
  return `${sharedMebibytes + Math.max(maxRequestWorkers * workerMebibytes, 2 * mebibytes(phpMemory))}Mi`;
}

function mebibytes(quantity: string): number {
  return Math.ceil((quantityBytes(quantity) ?? 0) / 2 ** 20);
}

/** Apache configuration; Apache reads it after the image's own. */
export const apacheConfiguration = [
  `MaxRequestWorkers ${maxRequestWorkers}`,
  // An idle connection occupies a worker.
  "KeepAliveTimeout 1",
  healthVirtualHost,
].join("\n");
