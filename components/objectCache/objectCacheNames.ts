/** Deployment, Service, Secret and account of the object cache, and the label `app` of its pod. */
export const objectCacheName = "wordpress-object-cache";

/** Port of the object cache, in its Service and its pod. */
export const objectCachePort = 6379;

/** The plugin by which WordPress reaches it: its drop-in, which has a client that is PHP alone. */
export const objectCachePlugin = "redis-cache";
