import * as assert from "node:assert/strict";
import { deploy } from "../../stacks/wordpress";
import { load } from "../support/loadedConfig";
import { answers, preflightResult, type Registered, registeredBy } from "../support/mocks";
import { withObjectCache } from "../support/siteConfig";
import { allowed, type End, type Policy, type PolicyPod } from "../support/networkAccess";

interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

interface PodSpec {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface Container {
  readonly name: string;
  readonly securityContext?: Readonly<Record<string, unknown>>;
}

const replicated = '{"engine":"replicated","pools":[{"node":"k0","disk":"/dev/disk/by-id/x"}]}';

async function stack(config: Readonly<Record<string, string>> = {}): Promise<Registered[]> {
  const content: Record<string, string> =
    config.content === "perPod" ? {} : { content: "shared", contentStorageClass: "many" };
  return registeredBy(() => deploy(load({ ...content, ...config, "kubernetes:context": "test" })), answers);
}

/** The pod templates of the program's own objects, by the pods' label `app`. */
function templates(resources: readonly Registered[], namespace = "wordpress"): Map<string, Template> {
  const found = resources
    .filter(({ inputs }) => (inputs.metadata as { namespace?: string } | undefined)?.namespace === namespace)
    .flatMap(({ inputs }) => {
      const spec = inputs.spec as { template?: Template; jobTemplate?: { spec: { template: Template } } } | undefined;
      return spec?.template ?? spec?.jobTemplate?.spec.template ?? [];
    });
  return new Map(found.map((template) => [template.metadata.labels.app ?? "", template]));
}

const policiesOf = (resources: readonly Registered[]) =>
  resources.filter(({ type }) => type.endsWith(":NetworkPolicy")).map(({ inputs }) => inputs as unknown as Policy);

describe("security of a stack", () => {
  const pods = ["mariadb", "wordpress", "wordpress-cache", "wordpress-cron"];
  const jobs = ["wordpress-extensions", "wordpress-fill", "wordpress-install"];
  for (const [title, config, apps] of [
    ["content perPod", { content: "perPod" }, ["mariadb", "wordpress"]],
    ["content shared", {}, [...pods, ...jobs]],
    [
      "an object cache",
      withObjectCache,
      [...pods, ...jobs, "wordpress-object-cache", "wordpress-object-cache-begin"].sort(),
    ],
  ] as const) {
    describe(`with ${title}`, () => {
      let resources: Registered[];
      before(async () => {
        resources = await stack(config);
      });

      it("has these pods", () => assert.deepEqual([...templates(resources).keys()].sort(), apps));

      it("enforces the Pod Security level restricted in its namespace", () => {
        const { inputs } = resources.find(({ name }) => name === "namespace") ?? assert.fail();
        const { labels } = inputs.metadata as { labels: Record<string, string> };
        assert.equal(labels["pod-security.kubernetes.io/enforce"], "restricted");
      });

      it("runs no pod as root or with a token for the cluster's API, and uses accounts of its own without permissions", () => {
        for (const [app, { spec }] of templates(resources)) {
          const user = { mariadb: 999, "wordpress-cache": 101, "wordpress-object-cache": 999 }[app] ?? 33;
          const { runAsNonRoot, runAsUser, seccompProfile } = spec.securityContext ?? {};
          assert.deepEqual([runAsNonRoot, runAsUser, seccompProfile], [true, user, { type: "RuntimeDefault" }], app);
          assert.equal(spec.automountServiceAccountToken, false, app);
          const ownAccount = /^(mariadb|wordpress-cache|wordpress-object-cache)$/;
          assert.equal(spec.serviceAccountName, ownAccount.test(app) ? app : "wordpress", app);
        }
        const accounts = resources.filter(({ type }) => type.endsWith(":ServiceAccount")).map(({ inputs }) => inputs);
        assert.deepEqual(
          accounts
            .map(({ metadata, automountServiceAccountToken }) => [
              (metadata as { name: string }).name,
              automountServiceAccountToken,
            ])
            .sort(),
          ["mariadb", "wordpress", "wordpress-cache", "wordpress-object-cache"]
            .filter((name) => apps.some((app) => app === name))
            .map((name) => [name, false]),
        );
        assert.ok(!resources.some(({ type }) => /rbac|RoleBinding/.test(type)));
      });

      it("runs its pods only on Linux nodes", () => {
        for (const [app, { spec }] of templates(resources)) {
          assert.deepEqual(spec.nodeSelector, { "kubernetes.io/os": "linux" }, app);
        }
      });

      it("gives no container a capability or a writable root file system", () => {
        for (const [app, { spec }] of templates(resources)) {
          for (const { name, securityContext } of [...spec.containers, ...(spec.initContainers ?? [])]) {
            assert.deepEqual(
              securityContext,
              { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
              `${app}/${name}`,
            );
          }
        }
      });
    });
  }

  it("allows evictions of one pod of the site at a time, and does not block a drain for the database", async () => {
    const budgets = (await stack()).filter(({ type }) => type.endsWith(":PodDisruptionBudget"));
    assert.deepEqual(
      budgets.map(({ inputs }) => inputs.spec),
      [{ app: "wordpress", "wordpress/content": "shared" }, { app: "wordpress-cache" }].map((matchLabels) => {
        return { maxUnavailable: 1, selector: { matchLabels } };
      }),
    );
  });

  it("allows a drain to evict all pods of a site on one node at once", async () => {
    const budgets = (await stack({ contentAccessMode: "ReadWriteOnce" })).filter(({ type }) =>
      type.endsWith(":PodDisruptionBudget"),
    );
    const most = budgets.map(({ inputs }) => (inputs.spec as { maxUnavailable: unknown }).maxUnavailable);
    assert.deepEqual(most, ["100%", 1]);
  });

  describe("in a network that enforces policies", () => {
    const outside = "198.51.100.7";
    const node = "10.0.0.2";
    const neighbour: PolicyPod = { name: "neighbour", namespace: "blog", labels: { app: "wordpress" } };
    const stranger: PolicyPod = { name: "stranger", namespace: "wordpress", labels: {} };

    /** The ends that each end can connect to, in order of name. */
    function reach(resources: readonly Registered[]): Record<string, string> {
      const policies = policiesOf(resources);
      const own = [...templates(resources)]
        .map(([name, { metadata }]): PolicyPod => ({ name, namespace: "wordpress", labels: metadata.labels }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
      const inside = own.flatMap((pod) =>
        // The last two are for health checks by the kubelet, which needs no policy.
        [3306, 6379, 80, 8080, 8081, 8082, 8083].map((port) => ({ to: pod, name: pod.name, port, protocol: "TCP" })),
      );
      const beyond = [
        { to: neighbour, name: "neighbour", port: 80, protocol: "TCP" },
        ...[25, 80, 443].map((port) => ({ to: outside, name: "world", port, protocol: "TCP" })),
        { to: outside, name: "world", port: 53, protocol: "UDP" },
      ];
      const reached = (from: End, targets: typeof inside | typeof beyond) =>
        targets
          .filter(({ to, port, protocol }) => to !== from && allowed(policies, from, to, port, protocol))
          .map(({ name, port }) => `${name}:${port}`)
          .join(" ") || "nothing";
      return {
        ...Object.fromEntries([...own, stranger].map((pod) => [pod.name, reached(pod, [...inside, ...beyond])])),
        ...{ neighbour: reached(neighbour, inside), node: reached(node, inside), world: reached(outside, inside) },
      };
    }

    it("allows the site and its WordPress jobs to connect to database and page cache, and the world only to the page cache", async () => {
      const cache = "wordpress-cache:8080 wordpress-cache:8081";
      const world = "neighbour:80 world:80 world:443 world:53";
      const job = `mariadb:3306 wordpress:80 ${cache} ${world}`;
      const visitor = "wordpress-cache:8080";
      assert.deepEqual(reach(await stack()), {
        mariadb: "nothing",
        wordpress: `mariadb:3306 ${cache} ${world}`,
        "wordpress-cache": "wordpress:80 world:53",
        "wordpress-cron": job,
        "wordpress-extensions": job,
        "wordpress-fill": "nothing",
        "wordpress-install": job,
        ...{ stranger: "nothing", neighbour: visitor, node: visitor, world: visitor },
      });
    });

    it("allows the world to connect to a site with content perPod, and only the site to the database", async () => {
      assert.deepEqual(reach(await stack({ content: "perPod" })), {
        mariadb: "nothing",
        wordpress: "mariadb:3306 neighbour:80 world:80 world:443 world:53",
        ...{ stranger: "nothing", neighbour: "wordpress:80", node: "wordpress:80", world: "wordpress:80" },
      });
    });

    it("allows the world to connect to a site without a page cache", async () => {
      const world = "neighbour:80 world:80 world:443 world:53";
      const job = `mariadb:3306 wordpress:80 ${world}`;
      assert.deepEqual(reach(await stack({ pageCache: '{"enabled":false}' })), {
        mariadb: "nothing",
        wordpress: `mariadb:3306 ${world}`,
        "wordpress-cron": job,
        "wordpress-extensions": job,
        "wordpress-fill": "nothing",
        "wordpress-install": job,
        ...{ stranger: "nothing", neighbour: "wordpress:80", node: "wordpress:80", world: "wordpress:80" },
      });
    });

    it("allows the site and its WordPress jobs to connect to the object cache, which cannot connect to anything", async () => {
      const reached = reach(await stack(withObjectCache));
      const asking = Object.keys(reached).filter((name) => reached[name]?.includes("wordpress-object-cache:6379"));
      const own = ["wordpress", "wordpress-cron", "wordpress-extensions", "wordpress-install"];
      assert.deepEqual(asking.sort(), [...own, "wordpress-object-cache-begin"]);
      assert.equal(reached["wordpress-object-cache"], "nothing");
    });

    for (const [egress, world] of [
      ['["198.51.100.0/24"]', "world:25 world:80 world:443 world:53"],
      ['["192.0.2.0/24"]', "world:53"],
      ["[]", "world:53"],
    ] as const) {
      it(`allows the site and its jobs to connect to name servers and to the destinations of egress: ${egress}`, async () => {
        const reached = reach(await stack({ egress, pageCache: '{"enabled":false}' }));
        assert.equal(reached.wordpress, `mariadb:3306 ${world}`);
        for (const job of ["cron", "extensions", "install"]) {
          assert.equal(reached[`wordpress-${job}`], `mariadb:3306 wordpress:80 ${world}`, job);
        }
        assert.equal(reached["wordpress-fill"], "nothing");
      });
    }

    for (const ports of [[8053], [5353, "dns"]]) {
      it(`allows pods that look up names to connect to the ports of the cluster's name servers: ${ports.join(", ")}`, async () => {
        const agreed = { stdout: JSON.stringify({ ...preflightResult, nameServerPorts: ports }) };
        const resources = await registeredBy(
          () => deploy(load({ content: "shared", contentStorageClass: "many", "kubernetes:context": "test" })),
          (type, name) => (name === "preflight-check" ? agreed : answers(type, name)),
        );
        const dns: PolicyPod = { name: "dns", namespace: "kube-system", labels: {}, ports: { dns: 1053 } };
        const reached = (app: string) =>
          [53, ...ports]
            .map((port) => (port === "dns" ? 1053 : Number(port)))
            .flatMap((port) =>
              ["UDP", "TCP"].map((protocol) => {
                const from = { name: app, namespace: "wordpress", labels: { app } };
                return allowed(policiesOf(resources), from, dns, port, protocol);
              }),
            );
        for (const app of ["wordpress", "wordpress-cron", "wordpress-install", "wordpress-cache"]) {
          assert.ok(reached(app).every(Boolean), app);
        }
        for (const app of ["mariadb", "stranger"]) assert.ok(!reached(app).some(Boolean), app);
      });
    }

    it("allows only nodes to connect to the NFS server", async () => {
      const resources = await registeredBy(() => {
        deploy(load({ content: "shared", storage: replicated, "kubernetes:context": "test" }));
      }, answers);
      const policies = policiesOf(resources);
      const [[name, { metadata }] = assert.fail()] = templates(resources, "openebs-nfs");
      const server: PolicyPod = { name, namespace: "openebs-nfs", labels: metadata.labels };
      const site: PolicyPod = { name: "site", namespace: "wordpress", labels: { app: "wordpress" } };
      const asked = [node, outside, site, { ...stranger, namespace: "openebs-nfs" }];
      assert.deepEqual(templates(resources, "openebs-nfs").get(name)?.spec.nodeSelector, {
        "kubernetes.io/os": "linux",
      });
      assert.deepEqual(
        asked.map((from) => allowed(policies, from, server, 2049)),
        [true, false, false, false],
      );
      assert.ok(!allowed(policies, node, server, 111));
      assert.ok(!allowed(policies, server, outside, 443));
    });
  });
});
