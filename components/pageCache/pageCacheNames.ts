/** Name of the page cache's Deployment, ConfigMap, ServiceAccount and PodDisruptionBudget, and the label `app` of its pods. */
export const pageCacheName = "wordpress-cache";

/** Headless Service with every cache pod, ready or not: WordPress purges each pod that has pages. */
export const cachesService = "wordpress-caches";

/** Headless Service with the ready pods of the site. */
export const sitePodsService = "wordpress-pods";

/** Ports of the cache pods: `http` for visitors, `control` for WordPress and the kubelet. */
export const pageCachePorts = { http: 8080, control: 8081 } as const;
