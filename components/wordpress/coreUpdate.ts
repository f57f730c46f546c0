import * as pulumi from "@pulumi/pulumi";
import { configSet } from "../../stacks/config/commands";
import { messageOf } from "../diagnostics/errorHook";
import { Kubectl } from "../kubectl/client";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { isServing } from "../kubernetes/conditions";
import type { ContainerStatus, Pod, PodController } from "../kubernetes/objects";
import { siteTasks } from "./tasks";
import { siteWorkload } from "./workload";

/** Result of WordPress's own update check, which its cron runs twice a day. */
export interface CoreCheck {
  /** The release that the pods run, e.g. `7.1.4`. */
  readonly running: string;
  /** The releases that wordpress.org offers for it. */
  readonly offered: readonly string[];
}

/** A newer release of WordPress: the output `wordpressUpdate`. */
export interface CoreUpdate {
  /** The release that the pods run, e.g. `7.1.4`. */
  readonly running: string;
  /** The newest release, e.g. `7.1.5`. */
  readonly release: string;
  /** Whether a newer patch release of the running line exists, e.g. 7.1.5 for 7.1.4. It may fix holes of the running release. */
  readonly security: boolean;
  /** The official image of the newest release, with the same PHP as now; absent if the site has an image of another repository. */
  readonly image?: string;
}

/**
 * The update that a check has found; undefined if there is no newer release.
 * @param image the configured image, e.g. `wordpress:7.1.4-php8.4-apache`
 */
export function coreUpdate({ running, offered }: CoreCheck, image: string): CoreUpdate | undefined {
  const newer = offered.filter((version) => compareVersions(version, running) > 0).sort(compareVersions);
  const release = newer.at(-1);
  if (release === undefined) return undefined;
  const security = newer.some((version) => lineOf(version) === lineOf(running));
  const next = officialImage(image, release);
  return { running, release, security, ...(next !== undefined && { image: next }) };
}

/** What `pulumi up` prints about an update. */
export function updateNotice({ running, release, security, image }: CoreUpdate): string {
  const reason = security ? ` ${running} may have security holes that a newer release fixes.` : "";
  const update =
    image === undefined
      ? "build an image with it, and set wordpressImage"
      : `${configSet("wordpressImage", image)}, then pulumi up`;
  return `WordPress ${release} is available; the site runs ${running}.${reason} Update: ${update} (docs/how-to/update-wordpress.md)`;
}

/**
 * Reports the update that the site has learnt of: a warning if it may fix security holes, else a note. It never throws: a cluster that does
 * not answer is no reason to fail an `up`.
 * @param image the configured image
 * @returns the update, for the output; null without one
 */
export async function reportCoreUpdate(
  cluster: ClusterAccess,
  namespace: string,
  image: string,
  kubectl: Pick<Kubectl, "list"> = new Kubectl(cluster),
): Promise<CoreUpdate | null> {
  try {
    const check = await readCoreCheck(kubectl, namespace, image);
    const update = check && coreUpdate(check, image);
    if (update) await (update.security ? pulumi.log.warn : pulumi.log.info)(updateNotice(update));
    return update ?? null;
  } catch (error) {
    await pulumi.log.info(`Could not read whether a newer WordPress is available: ${messageOf(error)}`);
    return null;
  }
}

/** An official image of another release, with the same PHP and server; undefined for an image of another repository or with a digest. */
function officialImage(image: string, version: string): string | undefined {
  const [, repository, suffix = ""] =
    /^((?:docker\.io\/)?(?:library\/)?wordpress:)\d+(?:\.\d+)*(-[^@]+)?$/.exec(image) ?? [];
  return repository === undefined ? undefined : `${repository}${version}${suffix}`;
}

/** The line of a release: `7.1` of `7.1.4`. */
function lineOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

function compareVersions(one: string, other: string): number {
  const [left = [], right = []] = [one, other].map((version) => version.split(".").map(Number));
  const differing = [0, 1, 2].find((index) => (left[index] ?? 0) !== (right[index] ?? 0));
  return differing === undefined ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0);
}

/** A container's status with the digest of its image, which the API server always has. */
type Status = ContainerStatus & { readonly imageID?: string };

/**
 * Reads the update check's result from the last cron job that has ended with the image that the site's pods run: a result of another image
 * is of another release. Undefined if there is none, and if this `up` changes the image.
 * @param image the configured image
 * @throws KubectlError
 */
export async function readCoreCheck(
  kubectl: Pick<Kubectl, "list">,
  namespace: string,
  image: string,
): Promise<CoreCheck | undefined> {
  const { app } = siteWorkload(namespace, "Deployment");
  const [pods, deployments] = await Promise.all([
    kubectl.list<Pod>("pods", namespace),
    kubectl.list<PodController>("deployments", namespace),
  ]);
  const site = deployments.find(({ metadata }) => metadata.name === app);
  if (!site?.spec.template.spec.containers.some((container) => container.image === image)) return undefined;
  const statuses = (app: string, which: (pod: Pod) => boolean = () => true): readonly Status[] =>
    pods
      .filter((pod) => pod.metadata.labels?.app === app && which(pod))
      .flatMap(({ status }) => status.containerStatuses ?? []);
  const running = new Set(statuses(app, isServing).map(({ imageID }) => imageID));
  const [last] = statuses(siteTasks.cron)
    .filter(({ imageID }) => running.has(imageID))
    .flatMap(({ state }) => state?.terminated ?? [])
    .filter(({ message }) => message)
    .sort((one, other) => ((one.finishedAt ?? "") < (other.finishedAt ?? "") ? 1 : -1));
  return last?.message === undefined ? undefined : parseCheck(last.message);
}

/** Parses the message of a cron job; undefined for anything else, which a plugin may have written. */
function parseCheck(message: string): CoreCheck | undefined {
  const isVersion = (value: unknown): value is string => typeof value === "string" && /^\d+(\.\d+){1,2}$/.test(value);
  const isVersions = (value: unknown): value is string[] => Array.isArray(value) && value.every(isVersion);
  try {
    const { running, offered } = JSON.parse(message) as Partial<CoreCheck>;
    return isVersion(running) && isVersions(offered) ? { running, offered } : undefined;
  } catch {
    return undefined;
  }
}
