import type { Rollout } from "../diagnostics/rollout";
import { objectCacheName } from "./objectCacheNames";

/** The cache's pod, and the configuration keys that a report about it names. */
export function objectCacheWorkload(namespace: string): Rollout["workload"] {
  const keys = { image: "objectCache.image", storage: "wordpressStorage" };
  return { namespace, kind: "Deployment", app: objectCacheName, keys };
}
