import * as assert from "node:assert";
import { property } from "../support/properties";
import type { RecordedCall } from "../support/recordedCall";
import { failure } from "../support/failure";
import { allowed, type End, type Policy, type PolicyPod } from "../support/networkAccess";
import { withObjectCache } from "../support/siteConfig";
import { done, subject, subjects } from "./support/calls";
import { momentsOf, type World } from "./support/moments";
import { RecordedSite } from "./support/recordedSite";

type Changes = Readonly<Record<string, string>>;

/** Source address of visitors' requests. */
const visitor = "198.51.100.7";
const meant = /^(NetworkPolicy\/|(Service|Deployment)\/wordpress|Deployment\/wordpress-(object-)?cache$)/;
const isMeant = (call: RecordedCall) => meant.test(subject(call));

describe("pulumi up that enables or disables a cache, with enforced network policies", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;

  before(async () => {
    site = await RecordedSite.start({});
    await site.up({ "pageCache.enabled": "false" });
  });
  after(() => site.stop());

  /** Runs `up`, and asserts a condition for every state that the cluster may have meanwhile. */
  async function change(settings: Changes, holds: (world: World) => string | undefined): Promise<void> {
    const before = [...site.provider.objects];
    await site.up(settings);
    const moments = momentsOf(before, site.calls, isMeant);
    assert.ok(moments.length > 0, "nothing was changed");
    const broken = moments.flatMap(({ at, worlds }) =>
      [...new Set(worlds.flatMap((world) => holds(world) ?? []))].map((problem) => `${at}: ${problem}`),
    );
    assert.deepStrictEqual(broken, []);
  }

  it("serves visitors at every moment while it enables the page cache, and then blocks direct access to the site's pods", async () => {
    await change({ "pageCache.enabled": "true" }, visitorsAreServed);
    assert.deepStrictEqual(
      subjects(site.calls, "delete").filter((name) => name.startsWith("NetworkPolicy/")),
      ["NetworkPolicy/wordpress"],
    );
    assert.ok(!reaches(worldNow(), visitor, "wordpress"));
  });

  it("serves visitors at every moment while it disables the page cache, and deletes its policy after its pods", async () => {
    await change({ "pageCache.enabled": "false" }, visitorsAreServed);
    const [pods, policy] = ["Deployment/wordpress-cache", "NetworkPolicy/wordpress-cache"].map((name) =>
      done(site.calls, "delete").find((call) => subject(call) === name),
    );
    assert.ok((pods?.answered ?? Infinity) < (policy?.serial ?? 0), "the policy was deleted before the pods");
  });

  it("serves visitors from the site's pods when the page cache does not become ready", async () => {
    const matches = (call: RecordedCall) =>
      call.operation === "create" && subject(call) === "Deployment/wordpress-cache";
    site.provider.failOnce({ matches, message: "timed out waiting", leavesObject: true });
    assert.match(await failure(site.up({ "pageCache.enabled": "true" })), /timed out waiting/);
    assert.strictEqual(visitorsAreServed(worldNow()), undefined);
    assert.deepStrictEqual(property(worldNow().get("Service/wordpress"), "spec.selector.app"), "wordpress");
    await site.up({ "pageCache.enabled": "false" });
  });

  it("lets pods that use the object cache connect to it at every moment while it enables and disables the cache", async () => {
    const { objectCache, plugins } = withObjectCache;
    const [{ slug, version, sha256 }] = JSON.parse(plugins ?? "") as [Record<string, string>];
    assert.ok(objectCache && slug && version && sha256);
    const extension = { "plugins[0].slug": slug, "plugins[0].version": version, "plugins[0].sha256": sha256 };
    // More answers than the waits for the site's pods need.
    site.cluster.showUnready("wordpress-object-cache", 1, [0, 0, 0, 0, 0, 0]);
    await change({ ...extension, "objectCache.enabled": "true" }, objectCacheIsReached);
    assert.strictEqual(site.cluster.unreadyLeft("wordpress-object-cache"), 0, "up did not wait for its pod");
    assert.ok(usesObjectCache(worldNow()), "no pod uses it");
    await change({ "objectCache.enabled": "false" }, objectCacheIsReached);
    assert.ok(!worldNow().has("NetworkPolicy/wordpress-object-cache"));
  });

  function worldNow(): World {
    return new Map(site.provider.objects.map((call) => [subject(call), call.inputs]));
  }
});

/** Why visitors are not served; undefined if they are. */
function visitorsAreServed(world: World): string | undefined {
  const app = String(property(world.get("Service/wordpress"), "spec.selector.app"));
  if (!reaches(world, visitor, app)) return `visitors do not reach ${app}`;
  const cache = podsOf(world, app);
  return app === "wordpress" || (cache && reaches(world, cache, "wordpress")) ? undefined : `${app} reaches no site`;
}

/** Why pods that use the object cache do not reach it; undefined if they do, or no pod uses it. */
function objectCacheIsReached(world: World): string | undefined {
  const site = podsOf(world, "wordpress");
  if (!site || !usesObjectCache(world)) return undefined;
  return reaches(world, site, "wordpress-object-cache") ? undefined : "the site does not reach its object cache";
}

function usesObjectCache(world: World): boolean {
  return JSON.stringify(world.get("Deployment/wordpress") ?? {}).includes("WORDPRESS_OBJECT_CACHE_PASSWORD");
}

/** Whether a Deployment has pods that can be reached at their first port. */
function reaches(world: World, from: End, deployment: string): boolean {
  const pods = podsOf(world, deployment);
  const container = "spec.template.spec.containers[0]";
  const port = Number(property(world.get(`Deployment/${deployment}`), `${container}.ports[0].containerPort`));
  const policies = [...world].filter(([name]) => name.startsWith("NetworkPolicy/")).map(([, inputs]) => inputs);
  return pods !== undefined && allowed(policies as unknown as Policy[], from, pods, port);
}

function podsOf(world: World, deployment: string): PolicyPod | undefined {
  const inputs = world.get(`Deployment/${deployment}`);
  const labels = property(inputs, "spec.template.metadata.labels") as PolicyPod["labels"];
  return inputs && { name: deployment, namespace: "wordpress", labels };
}
