import * as assert from "node:assert/strict";
import type * as http from "node:http";
import { setTimeout } from "node:timers/promises";
import { CacheBench } from "./support/cacheBench";

/** Seconds for which a page is cached. */
const seconds = 3;
const past = { headers: { cookie: "wp_x=1" } };

describe("page cache with uncacheable answers", function () {
  this.timeout(3 * 60_000);
  const bench = new CacheBench();
  /** Paths of the requests to the site. */
  let requested: string[] = [];
  /** Headers of the site's answers. */
  let headers: Readonly<Record<string, string>> = {};
  let delay = 0;

  const answer = (request: http.IncomingMessage, response: http.ServerResponse) => {
    requested.push(request.url ?? "");
    void setTimeout(delay).then(() => {
      // WordPress redirects to its own icon where the site has none.
      const url = request.url === "/favicon.ico" ? "/302/" : (request.url ?? "");
      const [, kind] = /^\/(404|302|500|cookie|no-cache)\//.exec(url) ?? [];
      if (kind === "cookie") response.setHeader("set-cookie", "seen=1");
      if (kind === "no-cache") response.setHeader("cache-control", "no-cache");
      if (kind === "302") response.setHeader("location", "/");
      Object.entries(headers).forEach(([name, value]) => response.setHeader(name, value));
      response.statusCode = Number(kind) || 200;
      response.end(String(requested.length));
    });
  };

  before(async () => {
    await bench.open();
    await bench.nameServer([await bench.site(answer)]);
    await bench.start({ seconds });
  });
  after(() => bench.close());
  beforeEach(() => {
    [requested, headers, delay] = [[], {}, 0];
  });

  const slowestOfSixty = async (url: string, options = {}) => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => bench.fetch(url, options)));
    return Math.max(...answers.map((each) => each.seconds));
  };

  for (const url of ["/404/", "/302/", "/500/", "/cookie/", "/no-cache/", "/favicon.ico"]) {
    it(`answers sixty simultaneous requests within twice the time that the site takes without the cache: ${url}`, async () => {
      delay = 1000;
      const without = await slowestOfSixty(url, past);
      // The page has no known last answer in the first sixty requests, and an uncached one in the next sixty.
      const first = await slowestOfSixty(url);
      delay = 100;
      const quick = await slowestOfSixty(url);
      assert.ok(first < 2 * without, `${first} s, and ${without} s without it`);
      assert.ok(quick < without / 2, `${quick} s, where it takes 0.1 s`);
    });
  }

  it("sends one of sixty requests for an invalidated page to the site", async () => {
    assert.equal((await bench.fetch("/kept/")).state, "MISS");
    await setTimeout((seconds + 1) * 1000);
    // After a purge, no stale page is served while WordPress renders a new one.
    await bench.purge();
    delay = 1500;
    requested = [];
    await slowestOfSixty("/kept/");
    assert.equal(requested.length, 1);
  });

  it("caches a page again as soon as its answer allows it", async () => {
    headers = { "set-cookie": "a=b" };
    assert.deepEqual([(await bench.fetch("/again/")).state, (await bench.fetch("/again/")).state], ["MISS", "MISS"]);
    headers = {};
    assert.deepEqual([(await bench.fetch("/again/")).state, (await bench.fetch("/again/")).state], ["MISS", "HIT"]);
  });

  it("ends each log line with the value of the answer's X-Cache", async () => {
    const states: string[] = [];
    for (const options of [{}, {}, past]) states.push((await bench.fetch("/logged/", options)).state);
    assert.deepEqual(states, ["MISS", "HIT", "BYPASS"]);
    const logged = () =>
      (bench.container?.output ?? "")
        .split("\n")
        .filter((line) => line.includes('"GET /logged/ HTTP/1.1"'))
        .map((line) => line.split(" ").at(-1));
    await bench.until("nginx has written three lines", () => Promise.resolve(logged().length === 3));
    // Two processes write them, so their order varies.
    assert.deepEqual(logged().sort(), [...states].sort());
  });

  const date = (fromNow: number) => new Date(Date.now() + fromNow * 1000).toUTCString();
  const longer: [string, () => Record<string, string>][] = [
    ["max-age", () => ({ "cache-control": "public, max-age=86400" })],
    ["s-maxage", () => ({ "cache-control": "max-age=0, s-maxage=86400" })],
    ["X-Accel-Expires", () => ({ "x-accel-expires": "86400" })],
    ["X-Accel-Expires as a time", () => ({ "x-accel-expires": `@${Math.floor(Date.now() / 1000) + 86400}` })],
    ["Expires", () => ({ expires: date(86400) })],
    ["stale-while-revalidate", () => ({ "cache-control": `max-age=${seconds}, stale-while-revalidate=86400` })],
  ];
  it("caches a page for pageCache.seconds at most, even if any of six headers of the site allows more", async () => {
    const first = new Map<string, string>();
    for (const [name, given] of longer) {
      headers = given();
      const url = `/longer-${encodeURIComponent(name)}/`;
      first.set(url, (await bench.fetch(url)).body);
      assert.equal((await bench.fetch(url)).state, "HIT", name);
    }
    await setTimeout((seconds + 1) * 1000);
    for (const [url, body] of first) {
      assert.notEqual((await bench.fetch(url)).state, "HIT", url);
      await bench.until(`a new page of ${url}`, async () => (await bench.fetch(url)).body !== body);
    }
  });

  const forbidden: [string, () => Record<string, string>][] = [
    ...["no-store", "private", "no-cache", "max-age=0", "MAX-AGE=1", "max-age=x", "s-maxage=1, max-age=600"].map(
      (value): [string, () => Record<string, string>] => [value, () => ({ "cache-control": value })],
    ),
    ["Expires in the past", () => ({ expires: "Wed, 11 Jan 1984 05:00:00 GMT" })],
    ["Expires that is no date", () => ({ expires: "0" })],
    ["Expires too soon", () => ({ expires: date(1) })],
    ["X-Accel-Expires: 0", () => ({ "x-accel-expires": "0", "cache-control": "max-age=600" })],
    ["X-Accel-Expires in the past", () => ({ "x-accel-expires": "@1" })],
    ["Set-Cookie", () => ({ "set-cookie": "a=b", "cache-control": "public, max-age=600", "x-accel-expires": "600" })],
    ["Vary: Cookie", () => ({ vary: "Accept-Encoding, Cookie" })],
  ];
  for (const [name, given] of forbidden) {
    it(`caches no page whose headers forbid it or allow less: ${name}`, async () => {
      headers = given();
      const url = `/forbidden-${encodeURIComponent(name)}/`;
      assert.deepEqual([(await bench.fetch(url)).state, (await bench.fetch(url)).state], ["MISS", "MISS"]);
      assert.equal(requested.length, 2);
    });
  }
});
