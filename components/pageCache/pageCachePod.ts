import { selectorLabels } from "../kubernetes/labels";
import { restrictedContainer, restrictedPod, scratchMounts, scratchVolumes } from "../kubernetes/restricted";
import { answersLimit, memoryLimit, type UploadSettings, uploadsLimit } from "./pageCacheLimits";
import { pageCacheName, pageCachePorts, sitePodsService } from "./pageCacheNames";
import { spread } from "../kubernetes/spread";

/** nginx in the official image. */
const nginxUser = 101;

/** Where the pod finds its configuration. */
const folder = "/etc/wordpress-cache";

/** Most that the pages take, twice what nginx keeps: it looks after the limit a little later. */
const pagesLimit = "256Mi";

const scratch = { tmp: "/tmp" };

/** A pod of the page cache, as a plain object. */
export function pageCachePodSpec(image: string, namespace: string, settings: UploadSettings) {
  return {
    ...restrictedPod(pageCacheName, nginxUser),
    ...spread(selectorLabels(pageCacheName)),
    volumes: [
      ...scratchVolumes(scratch),
      { name: "pages", emptyDir: { sizeLimit: pagesLimit } },
      { name: "uploads", emptyDir: { sizeLimit: uploadsLimit(settings) } },
      { name: "answers", emptyDir: { sizeLimit: answersLimit(settings) } },
      { name: "config", configMap: { name: pageCacheName } },
    ],
    containers: [
      {
        name: "nginx",
        image,
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
        // It is ready without WordPress: the pages that it has are better than none.
        readinessProbe: { httpGet: { path: "/healthy", port: "control" }, periodSeconds: 2, failureThreshold: 3 },
        livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 10, failureThreshold: 6 },
        // Until everybody knows that the pod goes, requests still come.
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
