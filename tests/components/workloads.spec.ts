import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "../../stacks/config/load";
import { deploy } from "../../stacks/wordpress";
import { answers, type Registered, registeredBy } from "../support/mocks";

interface Workload {
  readonly spec: {
    readonly replicas: number;
    readonly podManagementPolicy: string;
    readonly template: { readonly metadata: { readonly annotations?: object }; readonly spec: PodSpec };
    readonly volumeClaimTemplates: readonly {
      readonly spec: { readonly storageClassName?: string; readonly resources: object };
    }[];
    readonly persistentVolumeClaimRetentionPolicy: object;
  };
}
interface PodSpec {
  readonly terminationGracePeriodSeconds?: number;
  readonly topologySpreadConstraints?: readonly { readonly whenUnsatisfiable: string }[];
  readonly containers: readonly [Container];
}
interface Container {
  readonly name: string;
  readonly volumeMounts: readonly { readonly mountPath: string; readonly subPath?: string }[];
  readonly args?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly envFrom?: readonly object[];
  readonly resources: { readonly requests: object; readonly limits: object };
  readonly [probe: `${string}Probe`]: {
    readonly httpGet?: object;
    readonly exec?: object;
    readonly tcpSocket?: object;
  };
}

async function workloads(config: Record<string, string> = {}) {
  const all = await registeredBy(() => {
    const own = Object.entries(config).map(([key, value]) => [`wordpress:${key}`, value] as const);
    const given = { "kubernetes:context": "test", "wordpress:content": "perPod" };
    pulumi.runtime.setAllConfig({ ...given, ...Object.fromEntries(own) });
    deploy(loadConfig());
  }, answers);
  pulumi.runtime.setAllConfig({});
  const workload = (name: string) => all.find((resource) => resource.name === name)?.inputs as unknown as Workload;
  return { all, mariadb: workload("mariadb-server"), wordpress: workload("wordpress-pods") };
}

const container = ({ spec }: Workload) => spec.template.spec.containers[0];
const environment = (workload: Workload) =>
  Object.fromEntries(container(workload).env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
const objectOf = (all: Registered[], type: string, name: string) =>
  all.find((resource) => resource.type.endsWith(`:${type}`) && resource.name === name)?.inputs as {
    metadata: { annotations?: Record<string, string> };
    spec: Record<string, unknown>;
    data?: object;
    stringData?: object;
  };

describe("database workload", () => {
  it("takes its name from the ConfigMap, user and passwords from the Secret alone", async () => {
    const { all, mariadb } = await workloads();
    assert.deepEqual(objectOf(all, "ConfigMap", "mariadb-config").data, {
      username: "wordpress",
      database: "wordpress",
    });
    assert.deepEqual(environment(mariadb), {
      MARIADB_DATABASE: { configMapKeyRef: { name: "mariadb", key: "database" } },
      MARIADB_USER: { secretKeyRef: { name: "mariadb", key: "username" } },
      MARIADB_PASSWORD: { secretKeyRef: { name: "mariadb", key: "password" } },
      MARIADB_ROOT_PASSWORD: { secretKeyRef: { name: "mariadb", key: "root-password" } },
      MARIADB_ROOT_HOST: "localhost",
    });
  });

  it("has a headless Service on 3306", async () => {
    const { spec } = objectOf((await workloads()).all, "Service", "mariadb-service");
    assert.equal(spec.clusterIP, "None");
    assert.deepEqual(spec.ports, [{ name: "mysql", port: 3306 }]);
  });

  it("has a Service with an IP address for clients, which then need no DNS lookup", async () => {
    const { inputs } = (await workloads()).all.find(({ name }) => name === "mariadb-client") ?? assert.fail();
    assert.equal((inputs.metadata as { name: string }).name, "mariadb-client");
    assert.deepEqual(inputs.spec, { ports: [{ name: "mysql", port: 3306 }], selector: { app: "mariadb" } });
  });

  it("is probed by the image's healthcheck, ignores lost+found, and has two minutes to shut down", async () => {
    const { mariadb } = await workloads();
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"] as const) {
      assert.deepEqual(container(mariadb)[probe]?.exec, {
        command: ["healthcheck.sh", "--connect", "--innodb_initialized"],
      });
    }
    assert.deepEqual(container(mariadb).args?.slice(0, 2), ["--ignore-db-dirs=lost+found", "--skip-name-resolve"]);
    assert.equal(mariadb.spec.template.spec.terminationGracePeriodSeconds, 120);
  });
});

describe("site workload", () => {
  it("takes its eight salts from the Secret, and the connection from the database's ConfigMap and Secret", async () => {
    const { wordpress } = await workloads();
    assert.deepEqual(container(wordpress).envFrom, [{ secretRef: { name: "wordpress-secrets" } }]);
    assert.deepEqual(environment(wordpress), {
      WORDPRESS_DB_HOST: "10.96.0.10",
      WORDPRESS_DB_USER: { secretKeyRef: { name: "mariadb", key: "username" } },
      WORDPRESS_DB_NAME: { configMapKeyRef: { name: "mariadb", key: "database" } },
      WORDPRESS_DB_PASSWORD: { secretKeyRef: { name: "mariadb", key: "password" } },
    });
  });

  it("generates salts of 40 hexadecimal digits without RandomBytes or RandomId", async () => {
    const { all } = await workloads({ keyRotation: "7" });
    const keys = all.filter(({ name }) => /-(key|salt)$/.test(name));
    assert.equal(keys.length, 8);
    for (const { type, inputs } of keys) {
      assert.equal(type, "random:index/randomPassword:RandomPassword");
      assert.deepEqual(inputs, {
        length: 40,
        lower: false,
        upper: false,
        numeric: true,
        special: true,
        overrideSpecial: "abcdef",
        keepers: { rotation: "7" },
      });
    }
    assert.ok(!all.some(({ type }) => /RandomBytes|RandomId/.test(type)));
  });

  it("is probed without WordPress at ports that no Service has, with liveness by its own port", async () => {
    const { all, wordpress } = await workloads();
    assert.deepEqual(container(wordpress).startupProbe?.httpGet, { path: "/", port: 8083 });
    assert.deepEqual(container(wordpress).readinessProbe?.httpGet, { path: "/", port: 8082 });
    assert.deepEqual(container(wordpress).livenessProbe?.tcpSocket, { port: "http" });
    const services = all.filter(({ type }) => type.endsWith(":Service"));
    const targets = services.flatMap(
      ({ inputs }) => (inputs as { spec: { ports: { targetPort?: unknown }[] } }).spec.ports,
    );
    assert.equal(targets.length, 3);
    for (const { targetPort } of targets)
      assert.ok(![8082, 8083, "health"].includes(targetPort as number), "a Service leads to it");
  });

  it("has a second container for the kubelet's probes, with the database's variables and without salts", async () => {
    const { wordpress } = await workloads();
    const [, health] = wordpress.spec.template.spec.containers as unknown as readonly (Container & {
      command: string[];
    })[];
    assert.equal(health?.name, "health");
    assert.deepEqual(health.command.slice(-3), ["-S", "[$(POD_IP)]:8082", "/etc/wordpress-health.php"]);
    assert.equal(health.envFrom, undefined);
    const names = health.env.map(({ name }) => name);
    assert.deepEqual(names.sort(), [
      "POD_IP",
      "WORDPRESS_DB_HOST",
      "WORDPRESS_DB_NAME",
      "WORDPRESS_DB_PASSWORD",
      "WORDPRESS_DB_USER",
    ]);
  });

  it("has Apache's configuration from the stack: 16 workers, and forwarded headers from trustedProxies only", async () => {
    const files = async (config: Record<string, string> = {}) => {
      const { all, wordpress } = await workloads(config);
      const { data } = objectOf(all, "ConfigMap", "wordpress-pods-config") as { data: Record<string, string> };
      return { data, annotations: wordpress.spec.template.metadata.annotations as Record<string, string>, wordpress };
    };
    const [plain, proxied] = [await files(), await files({ trustedProxies: '["192.0.2.0/24"]' })];
    assert.match(plain.data["site.conf"] ?? "", /^MaxRequestWorkers 16\nKeepAliveTimeout 1$/m);
    assert.doesNotMatch(plain.data["remoteip.conf"] ?? "", /RemoteIPInternalProxy/);
    assert.match(proxied.data["remoteip.conf"] ?? "", /^RemoteIPInternalProxy 192\.0\.2\.0\/24$/m);
    const checksum = "wordpress/settings-checksum";
    assert.notEqual(plain.annotations[checksum], proxied.annotations[checksum]);
    assert.deepEqual(container(plain.wordpress).resources.limits, { cpu: "2", memory: "768Mi" });
    const mounts = container(plain.wordpress).volumeMounts.map(({ mountPath, subPath }) => [mountPath, subPath]);
    for (const file of ["zz-site.conf", "remoteip.conf"]) {
      const mounted = mounts.find(([place]) => place === `/etc/apache2/conf-enabled/${file}`);
      assert.equal(mounted?.[1], file.replace("zz-", ""), file);
    }
  });

  it("spreads the requested pods over nodes", async () => {
    const { wordpress } = await workloads({ wordpressReplicas: "5" });
    assert.equal(wordpress.spec.replicas, 5);
    assert.equal(wordpress.spec.template.spec.topologySpreadConstraints?.[0]?.whenUnsatisfiable, "ScheduleAnyway");
  });

  it("has a NodePort Service that Pulumi does not wait for", async () => {
    const service = objectOf((await workloads({ wordpressNodePort: "31000" })).all, "Service", "wordpress-service");
    assert.equal(service.metadata.annotations?.["pulumi.com/skipAwait"], "true");
    assert.equal(service.spec.type, "NodePort");
    assert.deepEqual(service.spec.ports, [{ name: "http", port: 80, targetPort: "http", nodePort: 31000 }]);
  });

  it("serves on every node, or with externalTrafficPolicy Local only on nodes with a pod", async () => {
    const policy = async (config: Record<string, string> = {}) =>
      objectOf((await workloads(config)).all, "Service", "wordpress-service").spec.externalTrafficPolicy;
    assert.deepEqual([await policy(), await policy({ externalTrafficPolicy: "Local" })], ["Cluster", "Local"]);
  });

  it("has a rollout timeout of over an hour for a hundred pods in turn", async () => {
    const timeouts = async (wordpressReplicas: string) =>
      (await workloads({ wordpressReplicas })).all.find(({ name }) => name === "wordpress-pods")?.timeouts;
    assert.deepEqual(await timeouts("1"), { create: "660s", update: "660s" });
    assert.deepEqual(await timeouts("100"), { create: "6600s", update: "6600s" });
  });
});

describe("database and site workloads", () => {
  it("use the cluster's default class unless a class is set", async () => {
    const classes = ({ mariadb, wordpress }: { mariadb: Workload; wordpress: Workload }) =>
      [mariadb, wordpress].map(({ spec }) => spec.volumeClaimTemplates[0]?.spec.storageClassName);
    assert.deepEqual(classes(await workloads()), [undefined, undefined]);
    const named = await workloads({ storage: '{"engine":"existing","className":"fast"}' });
    assert.deepEqual(classes(named), ["fast", "fast"]);
  });

  it("retain their claims, except those of scaled-down site pods with dataRetention delete", async () => {
    const kept = { whenDeleted: "Retain", whenScaled: "Retain" };
    for (const [dataRetention, whenScaled] of [
      ["delete", "Delete"],
      ["retain", "Retain"],
    ] as const) {
      const { mariadb, wordpress } = await workloads({ dataRetention });
      assert.deepEqual(mariadb.spec.persistentVolumeClaimRetentionPolicy, kept);
      assert.deepEqual(wordpress.spec.persistentVolumeClaimRetentionPolicy, { ...kept, whenScaled });
    }
  });

  it("have requests and limits", async () => {
    const { mariadb, wordpress } = await workloads();
    for (const workload of [mariadb, wordpress]) {
      const { requests, limits } = container(workload).resources;
      assert.deepEqual(Object.keys(requests), ["cpu", "memory"]);
      assert.deepEqual(Object.keys(limits), ["cpu", "memory"]);
    }
  });

  it("are never replaced for a changed claim template", async () => {
    const { all } = await workloads();
    for (const name of ["mariadb-server", "wordpress-pods"]) {
      assert.deepEqual(all.find((resource) => resource.name === name)?.ignoreChanges, ["spec.volumeClaimTemplates"]);
    }
  });
});
