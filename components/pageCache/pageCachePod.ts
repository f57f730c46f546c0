import { selectorLabels } from "../kubernetes/labels";
import { restrictedContainer, restrictedPod, scratchMounts, scratchVolumes } from "../kubernetes/restricted";
import { answersLimit, memoryLimit, uploadsLimit } from "./pageCacheLimits";
import type { PageCacheSiteConfig } from "./pageCacheFiles";
import { pageCacheName, pageCachePorts, sitePodsService } from "./pageCacheNames";
import { spread } from "../kubernetes/spread";

/** User ID of nginx in the official image. */
const nginxUser = 101;

/** Folder of the ConfigMap in the container. */
const folder = "/etc/wordpress-cache";

/** Size limit of the volume for pages: twice the cache's `max_size`, which nginx enforces with a delay. */
const pagesLimit = "256Mi";

const scratch = { tmp: "/tmp" };

/** Pod specification of the page cache. */
export function pageCachePodSpec(config: PageCacheSiteConfig, namespace: string) {
  return {
    ...restrictedPod(pageCacheName, nginxUser),
    ...spread(selectorLabels(pageCacheName)),
    volumes: [
      ...scratchVolumes(scratch),
      { name: "pages", emptyDir: { sizeLimit: pagesLimit } },
      { name: "uploads", emptyDir: { sizeLimit: uploadsLimit(config) } },
      { name: "answers", emptyDir: { sizeLimit: answersLimit(config) } },
      { name: "config", configMap: { name: pageCacheName } },
    ],
    containers: [
      {
        name: "nginx",
        image: config.pageCache.image,
        command: ["sh", `${folder}/pageCache.sh`],
        env: [
          { name: "NAMESPACE", value: namespace },
          { name: "SITE", value: sitePodsService },
        ],
        securityContext: restrictedContainer,
        ports: [
          { name: "http", containerPort: pageCachePorts.http },
          { name: "control", containerPort: pageCachePorts.control },
        ],
        // Ready even if WordPress is unavailable: stale pages are better than none.
        readinessProbe: { httpGet: { path: "/healthy", port: "control" }, periodSeconds: 2, failureThreshold: 3 },
        livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 10, failureThreshold: 6 },
        // Requests still arrive until every node has removed the terminating pod from its Service.
        lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } },
        resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "2", memory: memoryLimit } },
        volumeMounts: [
          ...scratchMounts(scratch),
          { name: "pages", mountPath: "/var/cache/nginx" },
          { name: "uploads", mountPath: "/var/cache/uploads" },
          { name: "answers", mountPath: "/var/cache/answers" },
          { name: "config", mountPath: folder, readOnly: true },
        ],
      },
    ],
  };
}
