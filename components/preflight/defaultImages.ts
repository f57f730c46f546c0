import { configSet } from "../../stacks/config/commands";
import type { PodController } from "../kubernetes/objects";

/** An image whose key is not set, so that it is the program's default. */
export interface DefaultImage {
  /** The configuration key, e.g. `wordpressImage`. */
  readonly key: string;
  /** The default, e.g. `wordpress:7.1-php8.4-apache`. */
  readonly image: string;
  /** Name of the Deployment or StatefulSet that runs the image. */
  readonly workload: string;
  /** Name of the container in its pods. */
  readonly container: string;
}

/** Defaults of the program that a stack uses, by their keys. */
export type UsedDefaults = Readonly<Record<string, string>>;

export function usedDefaults(images: readonly DefaultImage[]): UsedDefaults {
  return Object.fromEntries(images.map(({ key, image }) => [key, image]));
}

/**
 * Findings for workloads whose image a default would replace: a new version of the program must not replace a site's software. A default
 * that the last `up` had, too, replaces nothing: the workload then differs because of the cluster or of a user.
 * @param previous defaults of the last `up`
 */
export function defaultImageFindings(
  images: readonly DefaultImage[],
  podControllers: readonly PodController[],
  previous: UsedDefaults = {},
): string[] {
  return images.flatMap(({ key, image, workload, container }) => {
    const controller = podControllers.find(({ metadata }) => metadata.name === workload);
    const current = controller?.spec.template.spec.containers.find(({ name }) => name === container)?.image;
    if (current === undefined || current === image || previous[key] === image) return [];
    return [
      `${key}: not set, so it would change from ${current} to the default ${image}; choose one. ` +
        `Keep: ${configSet(key, current)}. Change: ${configSet(key, image)}`,
    ];
  });
}
