import type { DatabaseConnection } from "../mariadb/connection";
import { selectorLabels, taskLabels } from "../kubernetes/labels";
import { restrictedContainer } from "../kubernetes/restricted";
import { spread } from "../kubernetes/spread";
import { contentClaimName } from "../storage/claims/claims";
import type { ContentAccessMode } from "./content/keys";
import type { SiteConfig } from "./keys";
import { podMemoryLimit, taskMemoryLimit } from "./apache";
import { siteProbes } from "./health";
import type { ObjectCacheConnection } from "../objectCache/objectCache";
import { requestPrefix, sessionsFolder, siteFolder } from "./siteFiles";
import { databaseEnvironment, serverMounts, siteContainerBase, sitePodBase, sitePodHealth } from "./wordPressPod";

/** ConfigMap with the site's files. */
export const siteConfigName = "wordpress-site";

/** Folder of PHP's sessions on the claim, outside the folder that Apache serves. The fill job creates it: the kubelet would do so as root. */
const sessionsSubPath = "sessions";

/** A variable of a container's environment. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

export interface SharedPodArgs {
  readonly config: SiteConfig;
  readonly saltsSecret: string;
  readonly database: DatabaseConnection;
  /** Undefined without an object cache. */
  readonly objectCache: ObjectCacheConnection | undefined;
}

/** What a pod needs that mounts the claim. */
export interface ClaimPodArgs {
  readonly image: string;
  readonly accessMode: ContentAccessMode;
}

/** Labels of every pod that mounts the content. With ReadWriteOnce all of them run on the node of the first one. */
const contentLabels = { "wordpress/content": "shared" } as const;

/** Selector of the pods that serve the site. */
export const sharedSelector = { ...selectorLabels("wordpress"), ...contentLabels };

/** Labels of a job's pods. They differ from the site's pods, so that the Service does not select them. */
export function taskPodLabels(task: string) {
  return { ...taskLabels(task), ...contentLabels };
}

/** Returns the part that every pod with the claim has: user, affinity, and volumes. */
function sitePod({ accessMode }: Pick<ClaimPodArgs, "accessMode">) {
  const pod = sitePodBase();
  return {
    ...pod,
    ...(accessMode === "ReadWriteOnce" ? { affinity: besideEachOther } : {}),
    volumes: [
      ...pod.volumes,
      { name: "content", persistentVolumeClaim: { claimName: contentClaimName } },
      { name: "site", configMap: { name: siteConfigName } },
    ],
  };
}

/** Adds a document root with core from the image, for pods that run WordPress. */
function wordPressPod({ wordpressImage: image, contentAccessMode: accessMode }: SiteConfig) {
  const pod = sitePod({ accessMode });
  return {
    ...pod,
    initContainers: [
      {
        // Without the shared claim, so that no file of the image can overwrite a file on it.
        name: "core",
        image,
        command: ["bash", `${siteFolder}/core.sh`],
        securityContext: restrictedContainer,
        resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "2", memory: "256Mi" } },
        volumeMounts: [{ name: "core", mountPath: "/var/www/html" }, siteMount],
      },
    ],
    volumes: [{ name: "core", emptyDir: {} }, ...pod.volumes],
  };
}

const siteMount = { name: "site", mountPath: siteFolder, readOnly: true };

/**
 * Mounts of files that every request reads. Each is mounted by itself: in a mounted folder Kubernetes swaps symlinks when the ConfigMap
 * changes. PHP caches the targets of symlinks for two minutes, and would read deleted files.
 */
const requestFiles = ["site.php", "settings.json", "pageCache.php"].map((file) => ({
  name: "site",
  mountPath: `${requestPrefix}${file}`,
  subPath: file,
  readOnly: true,
}));

/**
 * Keeps all pods on one node. During a drain of that node, the new pods cannot be scheduled while the old pods terminate. When a pod has
 * terminated, the scheduler retries only the pods that have an anti-affinity to it. Therefore the second term selects the old pods, with a
 * topology key that no node has, so that it repels none. Without that term the new pods wait for five minutes.
 */
const besideEachOther = {
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: contentLabels } },
    ],
  },
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: "wordpress/none", labelSelector: { matchLabels: contentLabels } },
    ],
  },
};

/** Returns the part of a container spec that runs WordPress: image, environment, and mounts. */
function wordPressContainer({ config, saltsSecret, database, objectCache }: SharedPodArgs) {
  const fromPod = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const password = (secret: string) => ({ secretKeyRef: { name: secret, key: "password" } });
  return {
    image: config.wordpressImage,
    securityContext: restrictedContainer,
    envFrom: [{ secretRef: { name: saltsSecret } }],
    env: [
      ...databaseEnvironment(database),
      fromPod("POD_IP", "status.podIP"),
      fromPod("HOST_IP", "status.hostIP"),
      ...(objectCache === undefined
        ? []
        : [
            { name: "WORDPRESS_OBJECT_CACHE_HOST", value: objectCache.host },
            { name: "WORDPRESS_OBJECT_CACHE_PASSWORD", valueFrom: password(objectCache.secretName) },
          ]),
      { name: "WORDPRESS_CONFIG_EXTRA", value: `require '${requestPrefix}site.php';` },
    ],
    volumeMounts: [
      ...siteContainerBase.volumeMounts,
      { name: "core", mountPath: "/var/www/html" },
      { name: "content", mountPath: "/var/www/html/wp-content", subPath: "wp-content" },
      { name: "content", mountPath: sessionsFolder, subPath: sessionsSubPath },
      ...serverMounts,
      ...requestFiles,
      { name: "site", mountPath: "/usr/local/etc/php/conf.d/zz-site.ini", subPath: "site.ini", readOnly: true },
    ],
  };
}

/** Returns the spec of a pod that serves the site. */
export function sharedPodSpec(args: SharedPodArgs) {
  const container = wordPressContainer(args);
  const { wordpressImage, contentAccessMode, phpMemory } = args.config;
  return {
    ...wordPressPod(args.config),
    ...(contentAccessMode === "ReadWriteMany" ? spread(sharedSelector) : {}),
    containers: [
      {
        name: "wordpress",
        ...container,
        ports: [{ name: "http", containerPort: 80 }],
        ...siteProbes,
        // Requests still arrive until all nodes and proxies know that the pod terminates.
        lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } },
        resources: {
          requests: { cpu: "100m", memory: "128Mi" },
          limits: { cpu: "2", memory: podMemoryLimit(phpMemory) },
        },
      },
      sitePodHealth(wordpressImage, args.database),
    ],
  };
}

/** Returns the spec of a job's pod that runs a command in the site's environment. */
export function taskPodSpec(args: SharedPodArgs, command: readonly string[], env: readonly EnvironmentVariable[] = []) {
  const container = wordPressContainer(args);
  return {
    ...wordPressPod(args.config),
    restartPolicy: "Never",
    containers: [
      {
        name: "task",
        ...container,
        env: [...container.env, ...env],
        command: [...command],
        resources: {
          requests: { cpu: "50m", memory: "64Mi" },
          limits: { cpu: "2", memory: taskMemoryLimit(args.config.phpMemory) },
        },
      },
    ],
  };
}

/** Returns the spec of a pod that mounts the whole claim and runs no WordPress. @param from another claim, mounted read-only */
function claimPod(args: ClaimPodArgs, command: readonly string[], from?: string) {
  const pod = sitePod(args);
  const claim =
    from === undefined ? [] : [{ name: "from", persistentVolumeClaim: { claimName: from, readOnly: true } }];
  const mount = from === undefined ? [] : [{ name: "from", mountPath: "/from", readOnly: true }];
  return {
    ...pod,
    volumes: [...pod.volumes, ...claim],
    restartPolicy: "Never",
    containers: [
      {
        name: "task",
        image: args.image,
        command: [...command],
        ...siteContainerBase,
        resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "2", memory: "256Mi" } },
        volumeMounts: [
          ...siteContainerBase.volumeMounts,
          { name: "content", mountPath: "/claim" },
          siteMount,
          ...mount,
        ],
      },
    ],
  };
}

/** Returns the spec of the pod that fills the claim. */
export function fillPodSpec(args: ClaimPodArgs) {
  return claimPod(args, ["bash", `${siteFolder}/fill.sh`, sessionsSubPath]);
}

/** Returns the spec of a pod that copies the content of a pod's claim to the shared claim. @param number the pod's ordinal */
export function copyPodSpec(args: ClaimPodArgs, claim: string, number: string) {
  return claimPod(args, ["bash", `${siteFolder}/copy.sh`, number], claim);
}

/** Returns the spec of the pod that merges all copies. */
export function mergePodSpec(args: ClaimPodArgs) {
  return claimPod(args, ["php", `${siteFolder}/merge.php`]);
}
