import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { objectCachePodSpec } from "./objectCachePod";
import { renderSiteSettings } from "../wordpress/siteFiles";
import { deploy } from "../../stacks/wordpress";
import { load } from "../../tests/support/loadedConfig";
import { answers, type Outputs, type Registered, registeredBy } from "../../tests/support/mocks";
import { property } from "../../tests/support/properties";
import { siteConfig, withObjectCache } from "../../tests/support/siteConfig";

interface Spec {
  /** Only in a CronJob, where it contains the other fields. */
  readonly jobTemplate?: { readonly spec: Spec };
  readonly replicas: number;
  readonly strategy: object;
  readonly template: {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: { readonly containers: readonly { readonly env: readonly { readonly name: string }[] }[] };
  };
}

const base = { content: "shared", contentStorageClass: "many", "kubernetes:context": "test" };
async function stack(
  config: Readonly<Record<string, string>> = withObjectCache,
  outputs: Outputs = answers,
): Promise<Registered[]> {
  return registeredBy(() => deploy(load({ ...base, ...config })), outputs);
}
const specOf = (all: readonly Registered[], name: string) => {
  const spec = all.find((resource) => resource.name === name)?.inputs.spec as Spec | undefined;
  return spec?.jobTemplate?.spec ?? spec;
};
const variables = (all: readonly Registered[], name: string) =>
  specOf(all, name)?.template.spec.containers[0]?.env.map((variable) => variable.name) ?? [];

describe("object cache", () => {
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("is absent by default, and no pod or job gets its password or its address", async () => {
    const all = await stack({});
    assert.ok(!all.some(({ name }) => name.includes("object-cache")));
    for (const name of ["pods", "cron-job", "installer-install", "extensions"]) {
      const given = variables(all, `wordpress-shared-${name}`).filter((variable) => variable.endsWith("_PASSWORD"));
      assert.ok(given.includes("WORDPRESS_DB_PASSWORD"), name);
      assert.ok(!given.includes("WORDPRESS_OBJECT_CACHE_PASSWORD"), name);
    }
    const settingOf = (hasObjectCache: boolean) =>
      (
        JSON.parse(
          renderSiteSettings({ ...siteConfig, objectCache: { ...siteConfig.objectCache, enabled: hasObjectCache } }, [
            "10.0.0.2",
          ]),
        ) as { objectCache: unknown }
      ).objectCache;
    assert.deepEqual([settingOf(false), settingOf(true)], [null, { port: 6379, plugin: "redis-cache" }]);
  });

  it("runs in one pod, never in two at a time", async () => {
    const { replicas, strategy } =
      specOf(await stack({ ...withObjectCache, wordpressReplicas: "20" }), "wordpress-shared-object-cache-pods") ??
      assert.fail();
    assert.deepEqual([replicas, strategy], [1, { type: "Recreate" }]);
  });

  it("passes its password to the site's pods and to each job of the site", async () => {
    const all = await stack();
    for (const name of ["pods", "cron-job", "installer-install", "extensions", "object-cache-begin"]) {
      assert.ok(variables(all, `wordpress-shared-${name}`).includes("WORDPRESS_OBJECT_CACHE_PASSWORD"), name);
    }
    const { annotations } = specOf(all, "wordpress-shared-pods")?.template.metadata ?? assert.fail();
    const own = specOf(all, "wordpress-shared-object-cache-pods")?.template.metadata.annotations ?? assert.fail();
    const checksum = "wordpress/object-cache-checksum";
    assert.ok(own[checksum]);
    assert.equal(annotations[checksum], own[checksum]);
  });

  it("is activated by a new job when the plugin's archive changes", async () => {
    const jobFor = async (config: Readonly<Record<string, string>>) =>
      (await stack(config)).find(({ name }) => name === "wordpress-shared-object-cache-begin")?.inputs.metadata;
    const other = { ...withObjectCache, plugins: withObjectCache.plugins?.replace(/0{64}/, "1".repeat(64)) ?? "" };
    assert.deepEqual(await jobFor(withObjectCache), await jobFor({ ...withObjectCache }));
    assert.notDeepEqual(await jobFor(other), await jobFor(withObjectCache));
  });

  it("passes a new Service address to its jobs without a change of their names", async () => {
    const elsewhere: Outputs = (type, name) =>
      type.endsWith(":Service") ? { spec: { clusterIP: "10.96.9.9" } } : answers(type, name);
    const jobs = (all: readonly Registered[]) => all.filter(({ type }) => type.endsWith(":Job"));
    const names = (all: readonly Registered[]) => jobs(all).map(({ inputs }) => property(inputs, "metadata.name"));
    const moved = await stack(withObjectCache, elsewhere);
    assert.deepEqual(names(moved), names(await stack()));
    assert.ok(JSON.stringify(jobs(moved)).includes("10.96.9.9"));
  });

  it("starts with its password in no argument, persists nothing, and has memory in addition to its values", () => {
    const { containers } = objectCachePodSpec("valkey/valkey:8.1", "128Mi", "secret");
    const [{ command, resources } = assert.fail()] = containers;
    const script = command.at(-1) ?? "";
    assert.match(script, /^exec "[^"]*" - <<END\n/);
    const run = spawnSync("sh", ["-c", script.replace(/^exec .*? - <</, "cat <<")], {
      env: { PATH: process.env.PATH, PASSWORD: "s3cret" },
      encoding: "utf8",
    });
    assert.equal(run.stderr, "");
    assert.match(run.stdout, /^requirepass s3cret$/m);
    assert.match(run.stdout, /^save ""$/m);
    assert.match(run.stdout, /^appendonly no$/m);
    assert.match(run.stdout, /^maxmemory 134217728$/m);
    assert.equal(resources.limits.memory, "224Mi");
  });

  it("configures maxmemory in whole bytes, since the server does not start with a fraction", () => {
    const [{ command } = assert.fail()] = objectCachePodSpec("valkey/valkey:8.1", "100.1Mi", "secret").containers;
    assert.match(command.at(-1) ?? "", /^maxmemory 104962457$/m);
  });
});
