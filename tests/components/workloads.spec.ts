import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadSettings } from "../../stacks/settings";
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
    deploy(loadSettings());
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
    spec: Record<string, unknown>;
    data?: object;
    stringData?: object;
  };

describe("the database", () => {
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

  it("is asked by the image's own healthcheck, ignores lost+found and has two minutes to shut down", async () => {
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

describe("the site", () => {
  it("takes its eight keys from the Secret, and the database's from ConfigMap and Secret", async () => {
    const { wordpress } = await workloads();
    assert.deepEqual(container(wordpress).envFrom, [{ secretRef: { name: "wordpress-secrets" } }]);
    assert.deepEqual(environment(wordpress), {
      WORDPRESS_DB_HOST: "mariadb",
      WORDPRESS_DB_USER: { secretKeyRef: { name: "mariadb", key: "username" } },
      WORDPRESS_DB_NAME: { configMapKeyRef: { name: "mariadb", key: "database" } },
      WORDPRESS_DB_PASSWORD: { secretKeyRef: { name: "mariadb", key: "password" } },
    });
  });

  it("makes keys of 40 hexadecimal digits, and never with RandomBytes or RandomId", async () => {
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

  it("asks the login page whether it can serve, and only the port whether it lives", async () => {
    const { wordpress } = await workloads();
    const page = { path: "/wp-login.php", port: "http", httpHeaders: [{ name: "X-Forwarded-Proto", value: "http" }] };
    assert.deepEqual(container(wordpress).startupProbe?.httpGet, page);
    assert.deepEqual(container(wordpress).readinessProbe?.httpGet, page);
    assert.deepEqual(container(wordpress).livenessProbe?.tcpSocket, { port: "http" });
  });

  it("spreads its pods over nodes, and has the pods asked for", async () => {
    const { wordpress } = await workloads({ wordpressReplicas: "5" });
    assert.equal(wordpress.spec.replicas, 5);
    assert.equal(wordpress.spec.template.spec.topologySpreadConstraints?.[0]?.whenUnsatisfiable, "ScheduleAnyway");
  });

  it("is a NodePort Service that nobody waits for", async () => {
    const service = objectOf((await workloads({ wordpressNodePort: "31000" })).all, "Service", "wordpress-service");
    assert.equal(service.spec.type, "NodePort");
    assert.deepEqual(service.spec.ports, [{ name: "http", port: 80, targetPort: "http", nodePort: 31000 }]);
  });
});

describe("both workloads", () => {
  it("leave the class to the cluster unless one is named", async () => {
    const classes = ({ mariadb, wordpress }: { mariadb: Workload; wordpress: Workload }) =>
      [mariadb, wordpress].map(({ spec }) => spec.volumeClaimTemplates[0]?.spec.storageClassName);
    assert.deepEqual(classes(await workloads()), [undefined, undefined]);
    const named = await workloads({ storage: '{"engine":"existing","className":"fast"}' });
    assert.deepEqual(classes(named), ["fast", "fast"]);
  });

  it("leave their claims, but for those of the site's pods that are scaled away, as dataRetention says", async () => {
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
