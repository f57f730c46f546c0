import * as path from "node:path";

/** The project's own folder: the one that holds package.json. */
export const projectRoot = path.resolve(__dirname, "../..");

/**
 * What is built once and kept: binaries, images. It is outside the clone, so that a new clone or another HOME finds it.
 * @default /var/cache/wordpress-lab, or the environment variable LAB_CACHE
 */
export const cacheRoot = process.env.LAB_CACHE ?? "/var/cache/wordpress-lab";

/** The file that takes what building a part prints. */
export function buildLog(part: string): string {
  return path.join(cacheRoot, "logs", `${part}.log`);
}

/** What the running lab writes: certificates, etcd's data, sockets, volumes, logs, Pulumi's state. `lab down` removes it. */
export const stateRoot = "/var/lib/wordpress-lab";

/** Everything that the lab's shells and tests need to know about the running lab. */
export const labPaths = {
  /** Kubeconfig of the cluster's administrator; its one context is named `lab`. */
  kubeconfig: path.join(stateRoot, "kubeconfig"),
  /** Log files, one per process. */
  logs: path.join(stateRoot, "logs"),
  /** Where the classes `standard` and `shared` keep their volumes. */
  volumes: path.join(stateRoot, "volumes"),
  /** PULUMI_HOME of the lab, with the stand-in plugins where there are no official ones. */
  pulumiHome: path.join(stateRoot, "pulumi-home"),
  /** File backend of the lab's stacks. */
  pulumiState: path.join(stateRoot, "pulumi-state"),
  /** The copy of the program that `npm run try` deploys: Pulumi writes into its stack file, and the clone stays clean. */
  trial: path.join(stateRoot, "try"),
  /** kubectl, pulumi and the other commands, by their usual names: what `lab env` puts first on PATH. */
  bin: path.join(stateRoot, "bin"),
} as const;
