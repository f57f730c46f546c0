import * as path from "node:path";

/** The project's folder: the one with package.json. */
export const projectRoot = path.resolve(__dirname, "../..");

/**
 * The build cache for binaries and images. It is outside the clone, so that a new clone or another HOME reuses it.
 * The environment variable LAB_CACHE overrides it. @default /var/cache/wordpress-lab
 */
export const cacheRoot = process.env.LAB_CACHE ?? "/var/cache/wordpress-lab";

/** The log of a part's build. */
export function buildLog(part: string): string {
  return path.join(cacheRoot, "logs", `${part}.log`);
}

/** Data of the running lab: certificates, etcd's data, sockets, volumes, logs, Pulumi's state. `lab down` removes it. */
export const stateRoot = "/var/lib/wordpress-lab";

/** Paths of the running lab for shells and tests. */
export const labPaths = {
  /** Kubeconfig of the cluster's administrator; its one context is named `lab`. */
  kubeconfig: path.join(stateRoot, "kubeconfig"),
  /** Log files, one per process. */
  logs: path.join(stateRoot, "logs"),
  /** Volumes of the classes `standard` and `shared`. */
  volumes: path.join(stateRoot, "volumes"),
  /** PULUMI_HOME of the lab, with stand-ins for plugins that are not available. */
  pulumiHome: path.join(stateRoot, "pulumi-home"),
  /** File backend of the lab's stacks. */
  pulumiState: path.join(stateRoot, "pulumi-state"),
  /** The copy of the program that `npm run try` deploys: Pulumi writes into its stack file, and the clone stays clean. */
  trial: path.join(stateRoot, "try"),
  /** kubectl, pulumi and other commands under their usual names; `lab env` puts this folder first on PATH. */
  bin: path.join(stateRoot, "bin"),
} as const;
