import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { pageCacheFiles } from "./pageCacheFiles";

/** The part of njs's request object that the file uses. */
interface Request {
  readonly variables: Record<string, string>;
  readonly subrequest: (path: string, options: object) => Promise<unknown>;
  readonly return: (status: number) => void;
}

interface PageCache {
  readonly wordBefore: (r: Request) => string;
  readonly renew: (r: Request) => Promise<void>;
  readonly renewFromFrontPage: (r: Request) => Promise<void>;
  readonly renewInFirstMinute: () => Promise<void>;
}

/** In place of six seconds. */
const longestMs = 300;

/** pageCache.js in Node.js, in a folder of its own: it is plain JavaScript but for nginx's request. */
describe("pageCache.js", () => {
  let folder: string;
  const inFolder = (...parts: string[]) => path.join(folder, ...parts);
  const generation = (number: number) => inFolder("words", String(number));
  const serving = () => Number(path.basename(fs.realpathSync(inFolder("word"))));
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

  /** The file as one of nginx's processes has it. */
  async function worker(seconds = 600): Promise<PageCache> {
    const text =
      pageCacheFiles({ seconds, settings: { uploadLimit: "1Mi", trustedProxies: [] } })["pageCache.js"] ?? "";
    const file = inFolder(`worker-${Math.random()}.mjs`);
    const local = text
      .replace("/var/cache/nginx", folder)
      .replace("/tmp/nginx.pid", inFolder("nginx.pid"))
      .replace("longestMs = 6000", `longestMs = ${longestMs}`);
    fs.writeFileSync(file, local);
    return ((await import(pathToFileURL(file).href)) as { default: PageCache }).default;
  }

  /** A request, with the front page made by `make`, and what it was answered. */
  function request(make: () => Promise<unknown> = () => setTimeout(20)) {
    const statuses: number[] = [];
    const fronts: string[] = [];
    const r: Request = {
      variables: {},
      subrequest: (location) => {
        fronts.push(`${location} ${path.basename(r.variables.next_word ?? "")}`);
        return make();
      },
      return: (status) => statuses.push(status),
    };
    return { r, statuses, fronts };
  }

  it("makes at most two renewals of fifty changes at once, in two processes of nginx", async () => {
    const workers = [await worker(), await worker()] as const;
    const requests = Array.from({ length: 50 }, () => request());
    await Promise.all(requests.map(({ r }, index) => workers[index % 2 === 0 ? 0 : 1].renewFromFrontPage(r)));
    assert.deepEqual([...new Set(requests.flatMap(({ statuses }) => statuses))], [204]);
    const fronts = requests.flatMap((one) => one.fronts).sort();
    assert.deepEqual(fronts, ["/front-page 2", "/front-page 3"]);
    assert.equal(serving(), 3);
  });

  it("answers a change only when a generation serves that was begun after it", async () => {
    const [first, second] = [await worker(), await worker()];
    let finish: (() => void) | undefined;
    const slow = request(() => new Promise<void>((resolve) => (finish = resolve)));
    const running = first.renewFromFrontPage(slow.r);
    const later = request();
    const waiting = second.renewFromFrontPage(later.r);
    await setTimeout(100);
    // The renewal at work may have made its page before this change.
    assert.deepEqual([later.fronts, later.statuses, serving()], [[], [], 1]);
    finish?.();
    await running;
    await waiting;
    assert.deepEqual([slow.fronts, later.fronts], [["/front-page 2"], ["/front-page 3"]]);
    assert.deepEqual([later.statuses, serving()], [[204], 3]);
  });

  it("shares one renewal between a job and a user", async () => {
    const one = await worker();
    const [user, job, another] = [request(), request(), request()];
    await Promise.all([one.renewFromFrontPage(user.r), one.renew(job.r), one.renewFromFrontPage(another.r)]);
    assert.deepEqual([serving(), begun()], [3, [1, 2, 3]]);
    assert.deepEqual([user.statuses, job.statuses, another.statuses], [[204], [204], [204]]);
  });

  it("waits for a renewal of another process, and not for ever where that process died", async () => {
    const one = await worker();
    fs.mkdirSync(generation(2));
    const asked = request();
    const begunAt = Date.now();
    await one.renew(asked.r);
    assert.ok(Date.now() - begunAt >= longestMs - 50, "it did not wait");
    assert.ok(Date.now() - begunAt < 3 * longestMs, "it waited too long");
    assert.deepEqual([asked.statuses, serving()], [[204], 3]);
  });

  it("does not go back to a generation whose renewal was taken for dead", async () => {
    const [first, second] = [await worker(), await worker()];
    const slow = request(() => setTimeout(2 * longestMs));
    const running = first.renewFromFrontPage(slow.r);
    const later = request();
    await second.renew(later.r);
    assert.equal(serving(), 3);
    await running;
    assert.deepEqual([slow.statuses, serving()], [[204], 3]);
  });

  it("invalidates all pages where the front page cannot be made", async () => {
    const failing = request(() => Promise.reject(new Error("no pod")));
    await (await worker()).renewFromFrontPage(failing.r);
    assert.deepEqual([failing.statuses, serving()], [[204], 2]);
  });

  it("fails in bounded time where no generation can be begun, so that WordPress is not told that it is done", async () => {
    fs.mkdirSync(inFolder("elsewhere", "1"), { recursive: true });
    fs.rmSync(inFolder("words"), { recursive: true });
    fs.rmSync(inFolder("word"));
    fs.symlinkSync("elsewhere/1", inFolder("word"));
    const asked = request();
    const one = await worker();
    const begunAt = Date.now();
    await assert.rejects(one.renew(asked.r), /No generation could be begun/);
    // It gives up after half of that.
    assert.ok(Date.now() - begunAt < 6 * longestMs, "it tried for too long");
    assert.deepEqual(asked.statuses, []);
  });

  it("keeps the last 32 generations beside the one that serves", async () => {
    const one = await worker();
    for (let change = 0; change < 40; change++) await one.renew(request().r);
    assert.equal(serving(), 41);
    assert.deepEqual([begun().length, begun()[0]], [33, 9]);
  });

  it("finds the newest page from before the last changes, and none where there is none", async () => {
    const one = await worker();
    const page = "http site/";
    const keep = (number: number) => {
      const name = createHash("md5")
        .update(`${generation(number)} ${page}`)
        .digest("hex");
      const place = inFolder("pages", name.slice(-1), name.slice(-3, -1));
      fs.mkdirSync(place, { recursive: true });
      fs.writeFileSync(path.join(place, name), "a page");
    };
    for (let change = 0; change < 4; change++) await one.renew(request().r);
    const { r } = request();
    r.variables.page = page;
    assert.equal(one.wordBefore(r), "none");
    keep(2);
    keep(4);
    assert.equal(one.wordBefore(r), generation(4));
    // Under the generation that serves nginx has looked itself.
    keep(5);
    assert.equal(one.wordBefore(r), generation(4));
  });

  describe("in a pod's first minute", () => {
    it("invalidates pages that are kept for longer: no name server may list the pod yet", async () => {
      await (await worker(3600)).renewInFirstMinute();
      assert.equal(serving(), 2);
    });

    it("leaves pages that are kept for a minute at most", async () => {
      for (const seconds of [1, 5, 60]) await (await worker(seconds)).renewInFirstMinute();
      assert.equal(serving(), 1);
    });

    it("is over after a minute", async () => {
      const minuteAgo = Date.now() / 1000 - 70;
      fs.utimesSync(inFolder("nginx.pid"), minuteAgo, minuteAgo);
      await (await worker(3600)).renewInFirstMinute();
      assert.equal(serving(), 1);
    });
  });
});
