import type { Rollout } from "../diagnostics/rollout";
import { pageCacheName } from "./pageCacheNames";

/** The cache's pods, and the configuration keys that a report about them names. */
export function pageCacheWorkload(namespace: string): Rollout["workload"] {
  const keys = { image: "pageCache.image", storage: "wordpressStorage" };
  return { namespace, kind: "Deployment", app: pageCacheName, keys };
}
