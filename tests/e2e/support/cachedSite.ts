import * as assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { activeGenerations, type CachedPage, cachePods, cacheStates, fromEachCache, fromSitePod } from "./caches";
import { LabSite } from "./labSite";
import { mustUse, runPhp, sharedPlace, sitePods } from "./sharedSite";
import { changesFile, testPages } from "./testPages";

/** Initializes a site with a page cache. Its pages stay fresh for ten minutes, and this machine is a trusted proxy. */
export function startCachedSite({
  namespace,
  nodePort,
  replicas,
}: {
  readonly namespace: string;
  readonly nodePort: number;
  readonly replicas: number;
}): Promise<LabSite> {
  return LabSite.start(
    sharedPlace(namespace, nodePort, {
      wordpressReplicas: replicas,
      pageCache: '{"seconds":600}',
      // This machine's address in the cache's pods.
      trustedProxies: '["10.86.0.1/32"]',
    }),
  );
}

/** Deploys the site with the test pages, and waits until the cache's pods are older than a minute: until then they purge their pages. */
export async function deployCachedSite(site: LabSite): Promise<void> {
  await site.project.up();
  await mustUse(site, "e2e-pages.php", testPages);
  await site.cluster.until("the cache's pods are older than a minute", 90, async () =>
    (await cachePods(site)).every(({ status }) => Date.now() - Date.parse(status.startTime ?? "") > 70_000),
  );
}

/** Asserts that every cache pod has a page, with the same bytes as a pod of the site sends. */
export async function expectCached(site: LabSite, path: string): Promise<void> {
  let pages: CachedPage[] = [];
  // A job may purge the cache between the first request and the second.
  for (let attempt = 1; attempt <= 3 && cacheStates(pages).join() !== "HIT"; attempt++) {
    await fromEachCache(site, path);
    pages = await fromEachCache(site, path);
  }
  assert.deepEqual(cacheStates(pages), ["HIT"], path);
  const own = await fromSitePod(site, path);
  assert.match(own.body, /^<!DOCTYPE html>[^]*<\/html>\s*$/);
  for (const { status, body } of pages) {
    assert.equal(status, own.status);
    assert.equal(body, own.body);
  }
}

/** Calls `read` after a purge, and again if the site purges its pages meanwhile, as a new site does. */
export async function undisturbed<T>(site: LabSite, read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    await runPhp(site, `update_option('blogname', 'Attempt ${attempt}');`);
    const before = await activeGenerations(site);
    const found = await read();
    if (isDeepStrictEqual(await activeGenerations(site), before)) return found;
  }
  throw new Error(`the site keeps purging its pages; last changes:\n${await lastChanges(site)}`);
}

/** The last lines of the test pages' log of changes. */
export async function lastChanges(site: LabSite): Promise<string> {
  const [pod] = await sitePods(site);
  return site.inPod(pod?.metadata.name ?? "", "tail", "-n40", `wp-content/${changesFile}`);
}
