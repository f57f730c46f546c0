import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { pageCacheFiles } from "./pageCacheFiles";
import { siteConfig } from "../../tests/support/siteConfig";

/** The part of njs's request object that the file uses. */
interface Request {
  readonly variables: Record<string, string>;
  readonly subrequest: (path: string, options: object) => Promise<unknown>;
  readonly return: (status: number) => void;
}

interface PageCache {
  readonly staleGeneration: (r: Request) => string;
  readonly purge: (r: Request) => Promise<void>;
  readonly purgeAndWarmFrontPage: (r: Request) => Promise<void>;
  readonly purgeInFirstMinute: () => Promise<void>;
}

/** In place of six seconds. */
const purgeTimeoutMs = 300;

// pageCache.js runs in Node.js here, in a folder of its own. It is plain JavaScript except for nginx's request object.
describe("purges of the page cache (pageCache.js)", () => {
  let folder: string;
  const inFolder = (...parts: string[]) => path.join(folder, ...parts);
  const generation = (number: number) => inFolder("words", String(number));
  const current = () => Number(path.basename(fs.realpathSync(inFolder("word"))));
  const begun = () =>
    fs
      .readdirSync(inFolder("words"))
      .map(Number)
      .sort((one, other) => one - other);

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "page-cache-"));
    fs.mkdirSync(generation(1), { recursive: true });
    fs.symlinkSync("words/1", inFolder("word"));
    fs.writeFileSync(inFolder("nginx.pid"), "1");
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** The script as one nginx process loads it. */
  async function worker(seconds = 600): Promise<PageCache> {
    const text =
      pageCacheFiles({ ...siteConfig, pageCache: { ...siteConfig.pageCache, seconds } })["pageCache.js"] ?? "";
    const file = inFolder(`worker-${Math.random()}.mjs`);
    const local = text
      .replace("/var/cache/nginx", folder)
      .replace("/tmp/nginx.pid", inFolder("nginx.pid"))
      .replace("purgeTimeoutMs = 6000", `purgeTimeoutMs = ${purgeTimeoutMs}`);
    fs.writeFileSync(file, local);
    return ((await import(pathToFileURL(file).href)) as { default: PageCache }).default;
  }

  /** A request whose front page `render` renders, with the statuses of its answers and the front pages that it warmed. */
  function request(render: () => Promise<unknown> = () => setTimeout(20)) {
    const statuses: number[] = [];
    const fronts: string[] = [];
    const r: Request = {
      variables: {},
      subrequest: (location) => {
        fronts.push(`${location} ${path.basename(r.variables.next_generation ?? "")}`);
        return render();
      },
      return: (status) => statuses.push(status),
    };
    return { r, statuses, fronts };
  }

  it("runs at most two purges for fifty simultaneous changes in two nginx processes", async () => {
    const workers = [await worker(), await worker()] as const;
    const requests = Array.from({ length: 50 }, () => request());
    await Promise.all(requests.map(({ r }, index) => workers[index % 2 === 0 ? 0 : 1].purgeAndWarmFrontPage(r)));
    assert.deepEqual([...new Set(requests.flatMap(({ statuses }) => statuses))], [204]);
    const fronts = requests.flatMap((one) => one.fronts).sort();
    assert.deepEqual(fronts, ["/front-page 2", "/front-page 3"]);
    assert.equal(current(), 3);
  });

  it("answers a change only when a generation is current that began after it", async () => {
    const [first, second] = [await worker(), await worker()];
    let finish: (() => void) | undefined;
    const slow = request(() => new Promise<void>((resolve) => (finish = resolve)));
    const running = first.purgeAndWarmFrontPage(slow.r);
    const later = request();
    const waiting = second.purgeAndWarmFrontPage(later.r);
    await setTimeout(100);
    // The running purge may have rendered its front page before this change.
    assert.deepEqual([later.fronts, later.statuses, current()], [[], [], 1]);
    finish?.();
    await running;
    await waiting;
    assert.deepEqual([slow.fronts, later.fronts], [["/front-page 2"], ["/front-page 3"]]);
    assert.deepEqual([later.statuses, current()], [[204], 3]);
  });

  it("shares one purge between a job and a user", async () => {
    const one = await worker();
    const [user, job, another] = [request(), request(), request()];
    await Promise.all([one.purgeAndWarmFrontPage(user.r), one.purge(job.r), one.purgeAndWarmFrontPage(another.r)]);
    assert.deepEqual([current(), begun()], [3, [1, 2, 3]]);
    assert.deepEqual([user.statuses, job.statuses, another.statuses], [[204], [204], [204]]);
  });

  it("waits for the purge of another process until its timeout, in case that process died", async () => {
    const one = await worker();
    fs.mkdirSync(generation(2));
    const purging = request();
    const begunAt = Date.now();
    await one.purge(purging.r);
    assert.ok(Date.now() - begunAt >= purgeTimeoutMs - 50, "it did not wait");
    assert.ok(Date.now() - begunAt < 3 * purgeTimeoutMs, "it waited too long");
    assert.deepEqual([purging.statuses, current()], [[204], 3]);
  });

  it("never activates a generation whose purge was considered dead", async () => {
    const [first, second] = [await worker(), await worker()];
    const slow = request(() => setTimeout(2 * purgeTimeoutMs));
    const running = first.purgeAndWarmFrontPage(slow.r);
    const later = request();
    await second.purge(later.r);
    assert.equal(current(), 3);
    await running;
    assert.deepEqual([slow.statuses, current()], [[204], 3]);
  });

  it("invalidates all pages even if the front page cannot be rendered", async () => {
    const failing = request(() => Promise.reject(new Error("no pod")));
    await (await worker()).purgeAndWarmFrontPage(failing.r);
    assert.deepEqual([failing.statuses, current()], [[204], 2]);
  });

  it("fails within a bounded time if no generation can begin, so that WordPress does not count the purge as done", async () => {
    fs.mkdirSync(inFolder("elsewhere", "1"), { recursive: true });
    fs.rmSync(inFolder("words"), { recursive: true });
    fs.rmSync(inFolder("word"));
    fs.symlinkSync("elsewhere/1", inFolder("word"));
    const purging = request();
    const one = await worker();
    const begunAt = Date.now();
    await assert.rejects(one.purge(purging.r), /No generation could be begun/);
    // It gives up after half of that.
    assert.ok(Date.now() - begunAt < 6 * purgeTimeoutMs, "it tried for too long");
    assert.deepEqual(purging.statuses, []);
  });

  it("keeps the last 32 generations besides the current one", async () => {
    const one = await worker();
    for (let change = 0; change < 40; change++) await one.purge(request().r);
    assert.equal(current(), 41);
    assert.deepEqual([begun().length, begun()[0]], [33, 9]);
  });

  it("finds the newest stale page, and reports none if there is none", async () => {
    const one = await worker();
    const page = "http site/";
    const cache = (number: number) => {
      const name = createHash("md5")
        .update(`${generation(number)} ${page}`)
        .digest("hex");
      const place = inFolder("pages", name.slice(-1), name.slice(-3, -1));
      fs.mkdirSync(place, { recursive: true });
      fs.writeFileSync(path.join(place, name), "a page");
    };
    for (let change = 0; change < 4; change++) await one.purge(request().r);
    const { r } = request();
    r.variables.page = page;
    assert.equal(one.staleGeneration(r), "none");
    cache(2);
    cache(4);
    assert.equal(one.staleGeneration(r), generation(4));
    // nginx itself has already looked in the current generation.
    cache(5);
    assert.equal(one.staleGeneration(r), generation(4));
  });

  describe("purges in a pod's first minute", () => {
    it("invalidate pages with a longer lifetime, since no name server may list the pod yet", async () => {
      await (await worker(3600)).purgeInFirstMinute();
      assert.equal(current(), 2);
    });

    it("leave pages whose lifetime is a minute at most", async () => {
      for (const seconds of [1, 5, 60]) await (await worker(seconds)).purgeInFirstMinute();
      assert.equal(current(), 1);
    });

    it("stop after a minute", async () => {
      const minuteAgo = Date.now() / 1000 - 70;
      fs.utimesSync(inFolder("nginx.pid"), minuteAgo, minuteAgo);
      await (await worker(3600)).purgeInFirstMinute();
      assert.equal(current(), 1);
    });
  });
});
