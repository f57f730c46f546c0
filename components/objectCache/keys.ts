import { type Check, imageKey, key, object, type Values } from "../../stacks/config/keys";
import { configSet } from "../../stacks/config/commands";
import { quantityWithin, trueOrFalse } from "../../stacks/config/rules";
import { objectCachePlugin } from "./objectCacheNames";

/** Configuration keys of the object cache. */
export const objectCacheKeys = {
  objectCache: object(
    {
      enabled: key(trueOrFalse, {
        default: "false",
        description:
          "Whether Valkey caches the results of database queries for all pods. Needs the plugin `redis-cache` in `plugins`.",
        onChange: "Adds or removes Valkey, and rolls the site's pods.",
      }),
      image: imageKey("valkey/valkey:8.1", {
        description: "Image of Valkey, or of Redis 7 or newer.",
        onChange: "Restarts Valkey with the new image and an empty cache.",
      }),
      memory: key(quantityWithin("16Mi", "16Gi", "128Mi"), {
        default: "64Mi",
        description: "Memory for cached values. When it is full, the least recently used ones are evicted.",
        onChange: "Restarts Valkey with an empty cache.",
      }),
    },
    { appliesTo: { content: ["shared"] }, description: "Object cache for WordPress's database queries." },
  ),
} as const;

export type ObjectCacheConfig = Values<typeof objectCacheKeys>["objectCache"];

/** WordPress needs a plugin to use the cache. */
export const checkObjectCache: Check<
  Values<typeof objectCacheKeys> & { readonly plugins: readonly { readonly slug: string }[] }
> = ({ objectCache, plugins }, { errors }) => {
  if (!objectCache.enabled || plugins.some(({ slug }) => slug === objectCachePlugin)) return;
  errors.report(
    "objectCache.enabled",
    `objectCache.enabled: true needs the plugin ${objectCachePlugin}, which is not in plugins; ` +
      `add it with its version and sha256: ${configSet(`plugins[${plugins.length}].slug`, objectCachePlugin)}`,
  );
};
