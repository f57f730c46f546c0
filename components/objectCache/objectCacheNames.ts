/** Name of the object cache's Deployment, Service, Secret and ServiceAccount, and the label `app` of its pod. */
export const objectCacheName = "wordpress-object-cache";

/** Port of the object cache's Service and its pod. */
export const objectCachePort = 6379;

/** Plugin whose drop-in connects WordPress to the cache. Its client is pure PHP and needs no extension. */
export const objectCachePlugin = "redis-cache";
