import * as assert from "node:assert/strict";
import { deploy } from "../../stacks/wordpress";
import { load } from "../support/loadedConfig";
import { answers, preflightResult, type Registered, registeredBy } from "../support/mocks";
import { withObjectCache } from "../support/siteConfig";
import { allowed, type End, type Policy, type PolicyPod } from "../support/networkAccess";
import { record } from "../support/reliability";

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

/** The template of every pod that the program's own objects lead to, by the pods' label `app`. */
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

describe("what a stack may do, and who may reach it", () => {
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

      it("has the cluster enforce the level restricted in its namespace", () => {
        const { inputs } = resources.find(({ name }) => name === "namespace") ?? assert.fail();
        const { labels } = inputs.metadata as { labels: Record<string, string> };
        assert.equal(labels["pod-security.kubernetes.io/enforce"], "restricted");
      });

      it("runs no pod as root, none with a way to the cluster's API, and under accounts of its own without rights", () => {
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

      it("runs its pods on nodes with Linux alone", () => {
        for (const [app, { spec }] of templates(resources)) {
          assert.deepEqual(spec.nodeSelector, { "kubernetes.io/os": "linux" }, app);
        }
      });

      it("gives no container a right, nor its image's files to change", () => {
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

  it("lets nobody take more than one pod of the site away at a time, and holds up no drain for the database", async () => {
    const budgets = (await stack()).filter(({ type }) => type.endsWith(":PodDisruptionBudget"));
    assert.deepEqual(
      budgets.map(({ inputs }) => inputs.spec),
      [{ app: "wordpress", "wordpress/content": "shared" }, { app: "wordpress-cache" }].map((matchLabels) => {
        return { maxUnavailable: 1, selector: { matchLabels } };
      }),
    );
  });

  it("lets a drain take all pods of the site that have to be on one node at a time", async () => {
    const budgets = (await stack({ contentAccessMode: "ReadWriteOnce" })).filter(({ type }) =>
      type.endsWith(":PodDisruptionBudget"),
    );
    const most = budgets.map(({ inputs }) => (inputs.spec as { maxUnavailable: unknown }).maxUnavailable);
    assert.deepEqual(most, ["100%", 1]);
  });

  describe("over a network that enforces policies", () => {
    const outside = "198.51.100.7";
    const node = "10.0.0.2";
    const neighbour: PolicyPod = { name: "neighbour", namespace: "blog", labels: { app: "wordpress" } };
    const stranger: PolicyPod = { name: "stranger", namespace: "wordpress", labels: {} };

    /** Connections that the policies were asked about. */
    let asked = 0;

    /** Whom each end reaches, in order of name. */
    function reach(resources: readonly Registered[]): Record<string, string> {
      const policies = policiesOf(resources);
      const own = [...templates(resources)]
        .map(([name, { metadata }]): PolicyPod => ({ name, namespace: "wordpress", labels: metadata.labels }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
      const inside = own.flatMap((pod) =>
        // The last two are of health, which the kubelet alone asks: no policy is needed for it.
        [3306, 6379, 80, 8080, 8081, 8082, 8083].map((port) => ({ to: pod, name: pod.name, port, protocol: "TCP" })),
      );
      const beyond = [
        { to: neighbour, name: "neighbour", port: 80, protocol: "TCP" },
        ...[25, 80, 443].map((port) => ({ to: outside, name: "world", port, protocol: "TCP" })),
        { to: outside, name: "world", port: 53, protocol: "UDP" },
      ];
      const reached = (from: End, targets: typeof inside | typeof beyond) =>
        targets
          .filter(({ to, port, protocol }) => {
            asked += 1;
            return to !== from && allowed(policies, from, to, port, protocol);
          })
          .map(({ name, port }) => `${name}:${port}`)
          .join(" ") || "nobody";
      return {
        ...Object.fromEntries([...own, stranger].map((pod) => [pod.name, reached(pod, [...inside, ...beyond])])),
        ...{ neighbour: reached(neighbour, inside), node: reached(node, inside), world: reached(outside, inside) },
      };
    }

    it("the site and the jobs with WordPress in them reach the database and the cache; the world reaches the cache alone", async () => {
      const cache = "wordpress-cache:8080 wordpress-cache:8081";
      const world = "neighbour:80 world:80 world:443 world:53";
      const job = `mariadb:3306 wordpress:80 ${cache} ${world}`;
      const visitor = "wordpress-cache:8080";
      const reached = reach(await stack());
      assert.deepEqual(reached, {
        mariadb: "nobody",
        wordpress: `mariadb:3306 ${cache} ${world}`,
        "wordpress-cache": "wordpress:80 world:53",
        "wordpress-cron": job,
        "wordpress-extensions": job,
        "wordpress-fill": "nobody",
        "wordpress-install": job,
        ...{ stranger: "nobody", neighbour: visitor, node: visitor, world: visitor },
      });
      const allowedOnes = Object.values(reached).flatMap((names) => (names === "nobody" ? [] : names.split(" ")));
      record("Security", {
        fault:
          "the stack's NetworkPolicies asked who reaches whom: each pod and job, a stranger, a neighbour, a node, the world",
        holds:
          "the database from WordPress and its jobs alone, WordPress from those and the cache, the cache from everywhere, the world from WordPress, its jobs and the cache (DNS) alone",
        measured: `${asked} connections, ${allowedOnes.length} of them allowed; that a network enforces it was not tried`,
      });
    });

    it("with content per pod the world reaches the site, and the site alone the database", async () => {
      assert.deepEqual(reach(await stack({ content: "perPod" })), {
        mariadb: "nobody",
        wordpress: "mariadb:3306 neighbour:80 world:80 world:443 world:53",
        ...{ stranger: "nobody", neighbour: "wordpress:80", node: "wordpress:80", world: "wordpress:80" },
      });
    });

    it("without a cache the world reaches the site", async () => {
      const world = "neighbour:80 world:80 world:443 world:53";
      const job = `mariadb:3306 wordpress:80 ${world}`;
      assert.deepEqual(reach(await stack({ pageCache: '{"enabled":false}' })), {
        mariadb: "nobody",
        wordpress: `mariadb:3306 ${world}`,
        "wordpress-cron": job,
        "wordpress-extensions": job,
        "wordpress-fill": "nobody",
        "wordpress-install": job,
        ...{ stranger: "nobody", neighbour: "wordpress:80", node: "wordpress:80", world: "wordpress:80" },
      });
    });

    it("the site and the jobs with WordPress in them reach the object cache, which reaches nobody", async () => {
      const reached = reach(await stack(withObjectCache));
      const asking = Object.keys(reached).filter((name) => reached[name]?.includes("wordpress-object-cache:6379"));
      const own = ["wordpress", "wordpress-cron", "wordpress-extensions", "wordpress-install"];
      assert.deepEqual(asking.sort(), [...own, "wordpress-object-cache-begin"]);
      assert.equal(reached["wordpress-object-cache"], "nobody");
    });

    for (const [egress, world] of [
      ['["198.51.100.0/24"]', "world:25 world:80 world:443 world:53"],
      ['["192.0.2.0/24"]', "world:53"],
      ["[]", "world:53"],
    ] as const) {
      it(`the site and its jobs reach of the world what egress names, and name servers: ${egress}`, async () => {
        const reached = reach(await stack({ egress, pageCache: '{"enabled":false}' }));
        assert.equal(reached.wordpress, `mariadb:3306 ${world}`);
        for (const job of ["cron", "extensions", "install"]) {
          assert.equal(reached[`wordpress-${job}`], `mariadb:3306 wordpress:80 ${world}`, job);
        }
        assert.equal(reached["wordpress-fill"], "nobody");
      });
    }

    for (const ports of [[8053], [5353, "dns"]]) {
      it(`the pods that look up names reach name servers at the ports of the cluster's as well: ${ports.join(", ")}`, async () => {
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

    it("the NFS server is reached by nodes alone", async () => {
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
