import * as assert from "node:assert/strict";
import { mariaDbPodSpec } from "../../components/mariadb/mariaDbPod";
import { nfsServerPodSpec } from "../../components/storage/nfs/nfsServerPod";
import { healthVirtualHost } from "../../components/wordpress/health";
import { objectCachePodSpec } from "../../components/objectCache/objectCachePod";
import {
  copyPodSpec,
  fillPodSpec,
  mergePodSpec,
  sharedPodSpec,
  taskPodSpec,
} from "../../components/wordpress/sharedPod";
import { wordPressPodSpec } from "../../components/wordpress/wordPressPod";
import { database, sharedPod as site } from "../support/sharedPod";

interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly volumeMounts?: readonly Mount[];
  readonly resources: { readonly requests: Readonly<Record<string, string>> };
}
interface Pod {
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
}

// Functions, so that each pod spec is created while a test runs.
const objectCache = () => objectCachePodSpec("valkey:x", "64Mi", "valkey");
const nfsServer = () => nfsServerPodSpec(undefined);
const mariaDb = () =>
  mariaDbPodSpec({ image: "mariadb:x", upgrade: "none", connection: database, maxConnections: 1700 });
const shared = () => sharedPodSpec(site);
const perPod = () => wordPressPodSpec("wordpress:x", "keys", database);
const pods: Readonly<Record<string, () => Pod>> = {
  mariadb: mariaDb,
  "site with shared content": shared,
  "site with content per pod": perPod,
  task: () => taskPodSpec(site, ["true"]),
  fill: () => fillPodSpec(site),
  copy: () => copyPodSpec(site, "old", "0"),
  merge: () => mergePodSpec(site),
  "object cache": objectCache,
  "NFS server": nfsServer,
};

const apacheFolders = ["/var/run/apache2", "/var/lock/apache2", "/tmp"];

/** Writable folders of each container. A program that writes anywhere else fails: the root file system is read-only. */
const writable: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  mariadb: { mariadb: ["/var/lib/mysql", "/run/mysqld", "/tmp"] },
  "site with shared content": {
    core: ["/var/www/html"],
    wordpress: [...apacheFolders, "/var/www/html", "/var/www/html/wp-content", "/var/lib/wordpress-sessions"],
    health: apacheFolders,
  },
  "site with content per pod": { wordpress: ["/var/www/html", ...apacheFolders], health: apacheFolders },
  task: {
    core: ["/var/www/html"],
    task: [...apacheFolders, "/var/www/html", "/var/www/html/wp-content", "/var/lib/wordpress-sessions"],
  },
  fill: { task: [...apacheFolders, "/claim"] },
  copy: { task: [...apacheFolders, "/claim"] },
  merge: { task: [...apacheFolders, "/claim"] },
  "object cache": { valkey: [] },
  "NFS server": { ganesha: ["/volume", "/tmp"] },
};

/** Resources that the scheduler reserves for each container: CPU in millicores, and memory. */
const reserved: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mariadb: { mariadb: "100m 256Mi" },
  "site with shared content": { core: "50m 32Mi", wordpress: "100m 128Mi", health: "5m 16Mi" },
  "site with content per pod": { wordpress: "100m 128Mi", health: "5m 16Mi" },
  task: { core: "50m 32Mi", task: "50m 64Mi" },
  fill: { task: "50m 32Mi" },
  copy: { task: "50m 32Mi" },
  merge: { task: "50m 32Mi" },
  "object cache": { valkey: "50m 32Mi" },
  "NFS server": { ganesha: "50m 128Mi" },
};

const containersOf = ({ initContainers = [], containers }: Pod) => [...initContainers, ...containers];
const ofEach = <T>(pod: Pod, value: (container: Container) => T) =>
  Object.fromEntries(containersOf(pod).map((container) => [container.name, value(container)]));

for (const [name, podOf] of Object.entries(pods)) {
  describe(`pod of ${name}`, () => {
    it("can write to the folders that its programs need, and to no ConfigMap", () => {
      const pod = podOf();
      const maps = (pod.volumes ?? []).filter(({ configMap }) => configMap).map((volume) => volume.name);
      const mounts = (container: Container) => container.volumeMounts ?? [];
      assert.deepEqual(
        ofEach(pod, (container) =>
          mounts(container)
            .filter(({ readOnly }) => !readOnly)
            .map(({ mountPath }) => mountPath),
        ),
        writable[name],
      );
      for (const mount of containersOf(pod)
        .flatMap(mounts)
        .filter((one) => maps.includes(one.name))) {
        assert.equal(mount.readOnly, true, mount.mountPath);
      }
    });

    it("requests the resources that it needs to start", () => {
      const resources = ofEach(podOf(), ({ resources: { requests } }) => `${requests.cpu} ${requests.memory}`);
      assert.deepEqual(resources, reserved[name]);
    });
  });
}

describe("MariaDB configuration", () => {
  it("accepts a connection for each of 16 workers of 100 pods, and 100 more for jobs", () => {
    const { args } = mariaDb().containers[0] ?? assert.fail();
    assert.ok(args.includes("--max-connections=1700"), args.join(" "));
    assert.ok(args.includes("--innodb-buffer-pool-size=256M"), args.join(" "));
  });
});

describe("pods of the site", () => {
  it("have the default container wordpress, and spread over nodes as one group", () => {
    for (const { containers, topologySpreadConstraints = [] } of [shared(), perPod()]) {
      assert.equal(containers[0]?.name, "wordpress");
      const [{ labelSelector, topologyKey } = assert.fail()] = topologySpreadConstraints;
      assert.equal(topologyKey, "kubernetes.io/hostname");
      assert.equal(labelSelector.matchLabels.app, "wordpress");
    }
  });

  it("have a virtual host for the kubelet that serves one script at every path, and nothing else", () => {
    assert.deepEqual(
      healthVirtualHost
        .trimEnd()
        .split("\n")
        .map((line) => line.trim()),
      [
        "Listen 8083",
        "<VirtualHost *:8083>",
        "AliasMatch ^ /etc/wordpress-health.php",
        "<Files wordpress-health.php>",
        "Require all granted",
        "</Files>",
        "</VirtualHost>",
      ],
    );
    assert.ok(healthVirtualHost.endsWith("\n"), "the next file's first line would be on the last line");
  });

  it("get the object cache's address, and a reference to the Secret of its password", () => {
    const objectCache = { host: "10.96.0.11", secretName: "valkey" };
    const { env } = sharedPodSpec({ ...site, objectCache }).containers[0] ?? assert.fail();
    assert.deepEqual(
      env.filter((variable) => variable.name.startsWith("WORDPRESS_OBJECT_CACHE_")),
      [
        { name: "WORDPRESS_OBJECT_CACHE_HOST", value: "10.96.0.11" },
        { name: "WORDPRESS_OBJECT_CACHE_PASSWORD", valueFrom: { secretKeyRef: { name: "valkey", key: "password" } } },
      ],
    );
  });

  it("mount each file that PHP reads at every request by itself, so that its path does not move while PHP runs", () => {
    const { volumeMounts } = shared().containers[0] ?? assert.fail();
    const files = (volumeMounts as readonly Mount[]).filter(({ subPath }) => subPath?.match(/\.(php|json)$/));
    assert.deepEqual(files.map(({ subPath }) => subPath).sort(), [
      "health.php",
      "pageCache.php",
      "settings.json",
      "site.php",
    ]);
  });

  it("get their configuration from a ConfigMap with a constant name", () => {
    const maps = ({ volumes = [] }: Pod) => volumes.flatMap(({ configMap }) => configMap?.name ?? []);
    assert.deepEqual([maps(shared()), maps(perPod())], [["wordpress-site"], ["wordpress-pods"]]);
  });

  it("merge the copies of a migration by a PHP script", () => {
    assert.deepEqual(mergePodSpec(site).containers[0]?.command, ["php", "/etc/wordpress/merge.php"]);
  });
});

describe("pod of the database", () => {
  it("stays ready through a minute of late health checks, and is restarted after three minutes", () => {
    const { readinessProbe, livenessProbe } = mariaDb().containers[0] ?? assert.fail();
    assert.equal(readinessProbe.periodSeconds * readinessProbe.failureThreshold, 60);
    assert.equal(livenessProbe.periodSeconds * livenessProbe.failureThreshold, 180);
    assert.equal(readinessProbe.timeoutSeconds, 10);
  });
});

describe("pod of the object cache", () => {
  const server = () => objectCache().containers[0] ?? assert.fail();

  it("accepts connections of other pods on its port, and evicts the least recently used keys", () => {
    const container = server();
    const [shell, flag, script = ""] = container.command;
    assert.deepEqual([shell, flag], ["sh", "-c"]);
    const lines = script.split("\n");
    for (const line of ["port 6379", "bind * -::*", "maxmemory-policy allkeys-lru"])
      assert.ok(lines.includes(line), line);
    assert.equal(lines.at(-1), "END");
  });

  it("gets its password from the given Secret, and is probed at its port", () => {
    const container = server();
    assert.equal(container.name, "valkey");
    assert.deepEqual(container.env, [
      { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "valkey", key: "password" } } },
    ]);
    for (const probe of [container.readinessProbe, container.livenessProbe]) {
      assert.deepEqual(probe.tcpSocket, { port: "valkey" });
    }
    assert.deepEqual(container.ports, [{ name: "valkey", containerPort: 6379 }]);
    assert.equal(container.resources.limits.cpu, "1");
  });

  it("is restarted after a minute without an answer, and not ready after six seconds", () => {
    const { readinessProbe, livenessProbe } = server();
    assert.equal(livenessProbe.periodSeconds * livenessProbe.failureThreshold, 60);
    assert.equal(readinessProbe.periodSeconds * readinessProbe.failureThreshold, 6);
  });
});

describe("pod of the NFS server", () => {
  const server = () => nfsServer().containers[0] ?? assert.fail();

  it("uses an image of Docker Hub if no registry is configured", () => {
    const container = server();
    assert.match(container.image, /^longhornio\/longhorn-share-manager:v\d+\.\d+\.\d+$/);
    assert.equal(container.name, "ganesha");
  });

  it("moves to another node after its node has not answered for a minute", () => {
    const pod = nfsServer();
    assert.deepEqual(
      pod.tolerations,
      ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].map((key) => ({
        ...{ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 60 },
      })),
    );
  });

  it("runs without the default seccomp profile, which forbids file handles, and without access to the cluster's API", () => {
    const pod = nfsServer();
    assert.deepEqual(pod.securityContext, { seccompProfile: { type: "Unconfined" } });
    assert.equal(pod.automountServiceAccountToken, false);
    assert.equal(pod.enableServiceLinks, false);
  });

  it("creates its folders on the volume, and replaces its shell by the server", () => {
    const container = server();
    assert.deepEqual(container.command, [
      "sh",
      "-c",
      "mkdir -p /volume/export /volume/state && " +
        "exec ganesha.nfsd -F -L STDERR -p /tmp/ganesha.pid -f /etc/ganesha/ganesha.conf",
    ]);
    const mounts = container.volumeMounts as readonly Mount[];
    assert.equal(mounts.find(({ name }) => name === "config")?.mountPath, "/etc/ganesha");
  });

  it("is probed at its port, restarted after a minute without an answer, and limited to 2 CPUs and 1Gi", () => {
    const { readinessProbe, livenessProbe, resources } = server();
    for (const probe of [readinessProbe, livenessProbe]) assert.deepEqual(probe.tcpSocket, { port: 2049 });
    assert.equal(livenessProbe.periodSeconds * livenessProbe.failureThreshold, 60);
    assert.deepEqual(resources.limits, { cpu: "2", memory: "1Gi" });
  });
});
