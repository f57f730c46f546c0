import * as assert from "node:assert/strict";
import type { RequestedContent } from "./content/contentChecks";
import * as pulumi from "@pulumi/pulumi";
import { selectorLabels } from "../kubernetes/labels";
import { fillPodSpec, sharedPodSpec, sharedSelector, taskPodLabels, taskPodSpec } from "./sharedPod";
import { siteChecksum, siteFiles, renderSiteSettings } from "./siteFiles";
import { loadConfig } from "../../stacks/config/load";
import { deploy } from "../../stacks/wordpress";
import { answers, type Registered, registeredBy } from "../../tests/support/mocks";
import { sharedPod as pod } from "../../tests/support/sharedPod";
import { siteConfig as settings } from "../../tests/support/siteConfig";

async function stack(config: Record<string, string> = {}): Promise<(name: string) => Registered & { spec: never }> {
  const all = await registeredBy(() => {
    const given = { content: "shared", contentStorageClass: "many", ...config };
    const own = Object.entries(given).map(([key, value]) => [`wordpress:${key}`, value] as const);
    pulumi.runtime.setAllConfig({ "kubernetes:context": "test", ...Object.fromEntries(own) });
    deploy(loadConfig());
  }, answers);
  pulumi.runtime.setAllConfig({});
  return (name) => {
    const found = all.find((resource) => resource.name === name);
    assert.ok(found, `there is no ${name}`);
    return { ...found, spec: found.inputs.spec as never };
  };
}
const nameOf = ({ inputs }: Registered) => (inputs.metadata as { name: string }).name;

describe("pod of a site with shared content", () => {
  it("copies core without mounting the shared claim", () => {
    const [core] = sharedPodSpec(pod).initContainers;
    assert.deepEqual(
      core?.volumeMounts.map(({ name }) => name),
      ["core", "site"],
    );
  });

  it("mounts wp-content and the sessions of the claim, which only the fill pod mounts as a whole", () => {
    const mounts = (spec: { containers: { volumeMounts: { name: string; subPath?: string }[] }[] }) =>
      spec.containers[0]?.volumeMounts.filter(({ name }) => name === "content").map(({ subPath }) => subPath);
    assert.deepEqual(mounts(sharedPodSpec(pod)), ["wp-content", "sessions"]);
    assert.deepEqual(mounts(taskPodSpec(pod, ["true"])), ["wp-content", "sessions"]);
    assert.deepEqual(mounts(fillPodSpec(pod)), [undefined]);
  });

  it("runs without root and can bind port 80", () => {
    for (const { securityContext, containers } of [sharedPodSpec(pod), taskPodSpec(pod, ["true"]), fillPodSpec(pod)]) {
      assert.equal(securityContext.runAsUser, 33);
      assert.equal(securityContext.runAsNonRoot, true);
      assert.deepEqual(securityContext.sysctls, [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }]);
      assert.deepEqual(containers[0]?.securityContext.capabilities, { drop: ["ALL"] });
    }
  });

  it("shares a node with all pods and jobs with ReadWriteOnce, and is spread over nodes with ReadWriteMany", () => {
    const single = {
      ...pod,
      accessMode: "ReadWriteOnce",
      config: { ...pod.config, contentAccessMode: "ReadWriteOnce" },
    } as const;
    const rule = (spec: { affinity?: object }) => JSON.stringify(spec.affinity ?? {});
    for (const spec of [sharedPodSpec(single), taskPodSpec(single, ["true"]), fillPodSpec(single)]) {
      assert.match(
        rule(spec),
        /"podAffinity":\{"requiredDuringScheduling.*kubernetes\.io\/hostname.*"wordpress\/content":"shared"/,
      );
      // The scheduler tries a waiting pod again at the end of one that it repels; no node has a label of that name.
      assert.match(
        rule(spec),
        /podAntiAffinity.*required.*"topologyKey":"wordpress\/none".*"wordpress\/content":"shared"/,
      );
    }
    assert.equal(rule(sharedPodSpec(pod)), "{}");
    assert.ok("topologySpreadConstraints" in sharedPodSpec(pod));
    assert.ok(!("topologySpreadConstraints" in sharedPodSpec(single)));
  });

  it("has memory for all of Apache's workers, and for two of the largest requests", () => {
    const limit = (phpMemory: string) =>
      sharedPodSpec({ ...pod, config: { ...pod.config, phpMemory } }).containers[0]?.resources.limits.memory;
    assert.deepEqual([limit("64Mi"), limit("256Mi"), limit("1Gi")], ["768Mi", "768Mi", "2240Mi"]);
  });

  it("of a job has memory for one request of phpMemory", () => {
    const limit = (phpMemory: string) =>
      taskPodSpec({ ...pod, config: { ...pod.config, phpMemory } }, ["true"]).containers[0]?.resources.limits.memory;
    assert.deepEqual(
      [limit("64Mi"), limit("256Mi"), limit("1Gi"), limit("2Gi")],
      ["512Mi", "512Mi", "1280Mi", "2304Mi"],
    );
  });

  it("of a job is not selected by the Service", () => {
    const labels: Record<string, string> = taskPodLabels("wordpress-cron");
    assert.ok(Object.entries(sharedSelector).some(([name, value]) => labels[name] !== value));
    assert.ok(Object.entries(selectorLabels("wordpress")).some(([name, value]) => labels[name] !== value));
  });
});

describe("files of a site", () => {
  it("have the limits in bytes, and opcache's interval for changed files", () => {
    assert.equal(
      siteFiles({ ...settings, uploadLimit: "100M", phpMemory: "1Gi" })["site.ini"],
      "memory_limit = 1073741824\nupload_max_filesize = 100000000\npost_max_size = 101048576\n" +
        "opcache.revalidate_freq = 20\nopcache.interned_strings_buffer = 16\nopcache.max_accelerated_files = 10000\n" +
        "session.save_path = /var/lib/wordpress-sessions\nsession.gc_probability = 1\nsession.gc_divisor = 1000\n",
    );
  });

  it("have the configuration as JSON, with IPv6 addresses in brackets", () => {
    const given = { ...settings, siteUrl: "https://a.example", siteHosts: ["b.example"], fileModifications: false };
    assert.deepEqual(JSON.parse(renderSiteSettings(given, ["10.0.0.2", "fd00::2"])), {
      siteUrl: "https://a.example",
      hosts: ["b.example"],
      addresses: ["10.0.0.2", "[fd00::2]"],
      nodePort: 30007,
      fileModifications: false,
      pageCaches: null,
      objectCache: null,
      trustsProxies: false,
    });
  });

  it("have another checksum after a change of a setting or node", () => {
    const before = siteChecksum(settings, ["10.0.0.2"]);
    assert.equal(siteChecksum({ ...settings }, ["10.0.0.2"]), before);
    assert.notEqual(siteChecksum({ ...settings, uploadLimit: "65Mi" }, ["10.0.0.2"]), before);
    assert.notEqual(siteChecksum({ ...settings, siteHosts: ["b.example"] }, ["10.0.0.2"]), before);
    assert.notEqual(siteChecksum(settings, ["10.0.0.2", "10.0.0.3"]), before);
  });
});

describe("site with shared content", () => {
  it("is a Deployment that deletes no pod before another one is ready", async () => {
    const { type, spec } = (await stack({ wordpressReplicas: "3" }))("wordpress-shared-pods");
    assert.equal(type, "kubernetes:apps/v1:Deployment");
    const { replicas, strategy } = spec as { replicas: number; strategy: object };
    assert.equal(replicas, 3);
    assert.deepEqual(strategy, { rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } });
  });

  it("has a longer rollout timeout for more pods", async () => {
    const timeouts = async (wordpressReplicas: string) =>
      (await stack({ wordpressReplicas }))("wordpress-shared-pods").timeouts;
    assert.deepEqual(await timeouts("1"), { create: "610s", update: "610s" });
    assert.deepEqual(await timeouts("100"), { create: "1600s", update: "1600s" });
  });

  it("has one claim of its own class that is never replaced", async () => {
    const { inputs, ignoreChanges, protect } = (await stack({ wordpressStorage: "5Gi" }))(
      "wordpress-shared-content-claim",
    );
    assert.equal((inputs.metadata as { name: string }).name, "wordpress-content");
    assert.deepEqual(inputs.spec, {
      accessModes: ["ReadWriteMany"],
      storageClassName: "many",
      resources: { requests: { storage: "5Gi" } },
    });
    assert.deepEqual(ignoreChanges, ["spec.accessModes", "spec.storageClassName"]);
    assert.equal(protect, false);
  });

  it("has its class checked in the cluster unless the stack manages it", async () => {
    const asked = async (config: Record<string, string>) => {
      const { environment } = (await stack(config))("preflight-check").inputs as { environment: { REQUEST: string } };
      const { content } = JSON.parse(environment.REQUEST) as { content: RequestedContent };
      assert.ok(content.content === "shared");
      return [content.className, content.classIsManaged];
    };
    assert.deepEqual(await asked({}), ["many", false]);
    const own = { storage: '{"engine":"hostpath"}', contentAccessMode: "ReadWriteOnce" };
    assert.deepEqual(await asked({ ...own, contentStorageClass: "openebs-hostpath" }), ["openebs-hostpath", true]);
  });

  it("protects its claim and its administrator's password with retain", async () => {
    const resource = await stack({ dataRetention: "retain" });
    for (const name of ["content-claim", "installer-admin", "installer-admin-password"]) {
      assert.ok(resource(`wordpress-shared-${name}`).protect, name);
    }
  });

  it("runs its jobs again under other names for another image, but not for settings of the pods", async () => {
    const names = async (config: Record<string, string>) => {
      const resource = await stack(config);
      return ["content-fill", "installer-install"].map((job) => nameOf(resource(`wordpress-shared-${job}`)));
    };
    const before = await names({});
    assert.deepEqual(await names({ wordpressReplicas: "3", uploadLimit: "1Gi", keyRotation: "2" }), before);
    const after = await names({ wordpressImage: "wordpress:6.8-php8.4-apache" });
    assert.ok(after.every((name, index) => name !== before[index]));
  });

  it("runs one cron job at a time", async () => {
    const { concurrencyPolicy } = (await stack())("wordpress-shared-cron-job").spec as { concurrencyPolicy: string };
    assert.equal(concurrencyPolicy, "Forbid");
  });

  it("stores a random admin password in a Secret if none is configured", async () => {
    const { type, inputs } = (await stack())("wordpress-shared-installer-admin");
    assert.equal(type, "kubernetes:core/v1:Secret");
    assert.match(JSON.stringify(inputs.stringData), /random-wordpress-shared-installer-admin-password/);
  });
});
