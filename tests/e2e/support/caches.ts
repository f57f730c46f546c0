import * as assert from "node:assert/strict";
import * as http from "node:http";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { pageCacheName, pageCachePorts } from "../../../components/pageCache/pageCacheNames";
import { listTemporaryFiles, temporaryFiles } from "../../support/temporaryFiles";
import type { LabSite } from "./labSite";
import { podsOf, type SitePod, sitePods } from "./sharedSite";

/** The response of a pod of the page cache. */
export interface CachedPage {
  readonly status: number;
  /** Value of the header `X-Cache`: HIT, MISS, BYPASS, STALE, … */
  readonly state: string;
  readonly encoding: string | undefined;
  /** Decompressed. */
  readonly body: string;
  /** Milliseconds from the request to the whole answer. */
  readonly ms: number;
}

/** The page cache's pods, except terminating ones. */
export function cachePods(site: LabSite): Promise<SitePod[]> {
  return podsOf(site, pageCacheName);
}

/** Requests a page from every pod of the page cache, with the site's own host unless the headers have another. */
export async function fromEachCache(
  site: LabSite,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  { pods, agent }: { readonly pods?: readonly SitePod[]; readonly agent?: http.Agent } = {},
): Promise<CachedPage[]> {
  const host = new URL(site.address).host;
  const asked = pods ?? (await cachePods(site));
  assert.ok(asked.length > 0, "the page cache has no pod");
  return Promise.all(
    asked.map(({ status }) =>
      get({
        host: status.podIP,
        port: pageCachePorts.http,
        path,
        agent: agent ?? false,
        headers: { host, ...headers },
      }),
    ),
  );
}

function get(options: http.RequestOptions): Promise<CachedPage> {
  const begun = Date.now();
  return new Promise((resolve, reject) => {
    const request = http.get({ ...options, timeout: 60_000 }, (response) => {
      const { statusCode: status = 0, headers: received } = response;
      const page = { status, state: String(received["x-cache"]), encoding: received["content-encoding"] };
      const plain = page.encoding === "gzip" ? response.pipe(createGunzip()) : response;
      text(plain).then((body) => resolve({ ...page, body, ms: Date.now() - begun }), reject);
    });
    request.on("timeout", () => request.destroy(new Error(`${options.path} did not answer`)));
    request.on("error", reject);
  });
}

/** The different values of `X-Cache`. */
export function cacheStates(pages: readonly CachedPage[]): string[] {
  return [...new Set(pages.map(({ state }) => state))];
}

/** The response of a pod of the site itself, to a request for the site's own name. */
export async function fromSitePod(site: LabSite, path: string): Promise<CachedPage> {
  const [pod] = await sitePods(site);
  return get({ host: pod?.status.podIP, port: 80, path, agent: false, headers: { host: new URL(site.address).host } });
}

/** Number of cached pages in all pods of the page cache. */
export async function pagesKept(site: LabSite): Promise<number> {
  const counts = (await cachePods(site)).map(async ({ metadata }) =>
    Number(await site.inPod(metadata.name, "sh", "-c", "find /var/cache/nginx/pages -type f | wc -l")),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** Bytes on disk of the request bodies (`uploads`) or responses (`answers`) in transit in a pod of the page cache. */
export async function bytesOnDisk(site: LabSite, pod: SitePod, folder: "answers" | "uploads"): Promise<number> {
  return temporaryFiles(await site.inPod(pod.metadata.name, ...listTemporaryFiles(folder))).bytes;
}

/** The folder of the active generation in a pod of the page cache. Each purge changes it. */
function activeGeneration(site: LabSite, pod: SitePod): Promise<string> {
  return site.inPod(pod.metadata.name, "readlink", "-f", "/var/cache/nginx/word");
}

/** The folders of the active generation in all pods of the page cache. */
export async function activeGenerations(site: LabSite): Promise<string[]> {
  return Promise.all((await cachePods(site)).map((pod) => activeGeneration(site, pod)));
}

/** Sends a purge to a pod of the cache. @returns the response's status */
export function requestPurge(
  podIP: string | undefined,
  path: "/renew" | "/renew-from-front-page",
  headers: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: podIP,
      port: pageCachePorts.control,
      path,
      method: "POST",
      headers,
      agent: false,
    });
    request
      .on("response", (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });
}
