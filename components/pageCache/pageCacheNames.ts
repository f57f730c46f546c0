/** Deployment, ConfigMap, account and budget of the page cache, and the label `app` of its pods. */
export const pageCacheName = "wordpress-cache";

/** Headless Service with every pod of the cache, ready or not: whoever has pages is to be told of changes. */
export const cachesService = "wordpress-caches";

/** Headless Service with the pods of the site that are ready. */
export const sitePodsService = "wordpress-pods";

/** Ports of the cache's pods: for visitors, and for WordPress and the kubelet. */
export const pageCachePorts = { http: 8080, control: 8081 } as const;
