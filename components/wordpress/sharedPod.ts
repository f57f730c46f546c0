import type { DatabaseConnection } from "../mariadb/connection";
import { selectorLabels, taskLabels } from "../kubernetes/labels";
import { restrictedContainer } from "../kubernetes/restricted";
import { spread } from "../kubernetes/spread";
import { type ContentAccessMode, contentClaimName } from "../storage/claims/claims";
import { podMemoryLimit, taskMemoryLimit } from "./apache";
import { siteProbes } from "./health";
import type { ObjectCacheConnection } from "../objectCache/objectCache";
import { requestPrefix, sessionsFolder, siteFolder } from "./siteFiles";
import { databaseEnvironment, serverMounts, siteContainerBase, sitePodBase, sitePodHealth } from "./wordPressPod";

/** ConfigMap with the site's files. */
export const siteConfigName = "wordpress-site";

/** Folder on the claim with PHP's sessions, beside what Apache serves. The kubelet would make it as root, so the fill job makes it. */
const sessionsSubPath = "sessions";

/** A variable of a container's environment. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

export interface SharedPodArgs {
  readonly image: string;
  readonly saltsSecret: string;
  readonly database: DatabaseConnection;
  readonly accessMode: ContentAccessMode;
  /** Memory that one request may take, a Kubernetes quantity. */
  readonly phpMemory: string;
  /** Undefined where the site has no object cache. */
  readonly objectCache: ObjectCacheConnection | undefined;
}

/** On every pod that mounts the content; with ReadWriteOnce they are all where the first one is. */
const contentLabels = { "wordpress/content": "shared" } as const;

/** What selects the pods that serve the site. */
export const sharedSelector = { ...selectorLabels("wordpress"), ...contentLabels };

/** Labels of a job's pods. They are no pods of the site: the Service must not send anybody to them. */
export function taskPodLabels(task: string) {
  return { ...taskLabels(task), ...contentLabels };
}

/** What every pod of the site has: who it is, where it may run, and the claim. */
function sitePod({ accessMode }: Pick<SharedPodArgs, "accessMode">) {
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

/** What a pod with WordPress in it has besides: a docroot with core from the image. */
function wordPressPod(args: Pick<SharedPodArgs, "image" | "accessMode">) {
  const pod = sitePod(args);
  return {
    ...pod,
    initContainers: [
      {
        // Without the shared claim: nothing that the image brings can overwrite what is there.
        name: "core",
        image: args.image,
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
 * What every request reads is mounted as files. In the folder a file is a link that is turned to another one when the ConfigMap
 * changes, and PHP, which keeps where links lead to for two minutes, would look for what is gone.
 */
const requestFiles = ["site.php", "settings.json", "pageCache.php"].map((file) => ({
  name: "site",
  mountPath: `${requestPrefix}${file}`,
  subPath: file,
  readOnly: true,
}));

/**
 * All pods are on one node. When that node is drained, the new pods are tried while the old ones, which end there, still hold them; the
 * scheduler tries them again at the end of a pod only if it is one that they repel. The second term makes the old pods such, and
 * repels none: no node has a label of that name. Without it the new pods wait for five minutes.
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

/** What runs WordPress in a pod: its image, settings and files. */
function wordPressContainer({ image, saltsSecret: saltsSecret, database, objectCache }: SharedPodArgs) {
  const fromPod = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const password = (secret: string) => ({ secretKeyRef: { name: secret, key: "password" } });
  return {
    image,
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

/** A pod that serves the site. */
export function sharedPodSpec(args: SharedPodArgs) {
  const container = wordPressContainer(args);
  return {
    ...wordPressPod(args),
    ...(args.accessMode === "ReadWriteMany" ? spread(sharedSelector) : {}),
    containers: [
      {
        name: "wordpress",
        ...container,
        ports: [{ name: "http", containerPort: 80 }],
        ...siteProbes,
        // Until everybody knows that the pod goes, requests still come.
        lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } },
        resources: {
          requests: { cpu: "100m", memory: "128Mi" },
          limits: { cpu: "2", memory: podMemoryLimit(args.phpMemory) },
        },
      },
      sitePodHealth(args.image, args.database),
    ],
  };
}

/** A pod that runs a command with the site around it, and ends. */
export function taskPodSpec(args: SharedPodArgs, command: readonly string[], env: readonly EnvironmentVariable[] = []) {
  const container = wordPressContainer(args);
  return {
    ...wordPressPod(args),
    restartPolicy: "Never",
    containers: [
      {
        name: "task",
        ...container,
        env: [...container.env, ...env],
        command: [...command],
        resources: {
          requests: { cpu: "50m", memory: "64Mi" },
          limits: { cpu: "2", memory: taskMemoryLimit(args.phpMemory) },
        },
      },
    ],
  };
}

/** A pod that sees all of the claim, and nothing of WordPress. @param from another claim, to be read */
function claimPod(args: Pick<SharedPodArgs, "image" | "accessMode">, command: readonly string[], from?: string) {
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

/** The pod that fills the claim. */
export function fillPodSpec(args: Pick<SharedPodArgs, "image" | "accessMode">) {
  return claimPod(args, ["bash", `${siteFolder}/fill.sh`, sessionsSubPath]);
}

/** A pod that copies the content of a pod's own claim beside the shared one. @param number the pod's */
export function copyPodSpec(args: Pick<SharedPodArgs, "image" | "accessMode">, claim: string, number: string) {
  return claimPod(args, ["bash", `${siteFolder}/copy.sh`, number], claim);
}

/** The pod that makes one content of all copies. */
export function mergePodSpec(args: Pick<SharedPodArgs, "image" | "accessMode">) {
  return claimPod(args, ["php", `${siteFolder}/merge.php`]);
}
