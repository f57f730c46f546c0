import * as assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { recordFault } from "../support/reliability";
import { type Answer, CacheBench } from "./support/cacheBench";
import type { NameServer } from "./support/nameServer";

describe("the page cache, when name servers fail", function () {
  this.timeout(3 * 60_000);
  const bench = new CacheBench();
  let pods: string[];
  let nameServer: NameServer;
  /** How many the last {@link failures} made. */
  let requests = 0;

  before(() => bench.open());
  after(() => bench.close());
  beforeEach(async () => {
    pods = [
      await bench.site((_, response) => response.end("one"), 0),
      await bench.site((_, response) => response.end("two"), 1),
    ];
    nameServer = await bench.nameServer(pods);
  });
  afterEach(() => bench.clear());

  /** Asks again and again for a page that is never kept. @returns what was not answered well */
  const failures = async (milliseconds: number): Promise<Answer[]> => {
    const failed = [];
    requests = 0;
    for (const end = Date.now() + milliseconds; Date.now() < end; await setTimeout(50)) {
      const answer = await bench.ask("/?s=x");
      requests++;
      if (answer.status !== 200 || answer.seconds > 1) failed.push(answer);
    }
    return failed;
  };

  it("answers every request within a second while answers of the name server are lost, for 1.5 s and for 6 s", async () => {
    await bench.start();
    nameServer.names = "lost";
    assert.deepEqual(await failures(1500), []);
    nameServer.names = pods;
    assert.deepEqual(await failures(1500), []);
    nameServer.names = "lost";
    const { asked } = nameServer;
    assert.deepEqual(await failures(6000), []);
    assert.ok(nameServer.asked > asked, "the name server was not asked meanwhile");
  });

  it("answers every request within a second while the only name server fails, and while it is dead", async () => {
    await bench.start();
    nameServer.names = "refused";
    assert.deepEqual(await failures(4000), []);
    nameServer.stop();
    assert.deepEqual(await failures(4000), []);
    recordFault({
      fault: "the name server of the page cache is killed",
      holds: "no request fails, and none takes longer than a second",
      measured: `0 of ${requests} requests failed`,
    });
  });

  it("answers every request with one of two name servers dead from the beginning", async () => {
    await bench.start({ nameServersAt: [8, 9] });
    assert.deepEqual(await failures(6000), []);
  });

  it("finds the site's new pod, also after answers that were lost", async () => {
    nameServer.names = pods.slice(0, 1);
    await bench.start();
    const seen = async (body: string) => (await bench.ask("/?s=x")).body === body;
    nameServer.names = "lost";
    await setTimeout(2500);
    nameServer.names = pods.slice(1);
    await bench.until("the other pod answers", () => seen("two"));
    for (let index = 0; index < 5; index++) assert.ok(await seen("two"));
  });

  it("invalidates its pages by itself in its first minute, in which no change may reach it", async () => {
    await bench.start({ seconds: 3600 });
    await bench.ask("/");
    assert.equal((await bench.ask("/")).state, "HIT");
    await bench.until("a new page", async () => (await bench.ask("/")).state === "MISS");
  });

  it("serves stale pages when the name has no address, and the site again when it has", async () => {
    await bench.start({ seconds: 1 });
    assert.equal((await bench.ask("/")).state, "MISS");
    nameServer.names = [];
    await bench.until("no pod is known", async () => (await bench.ask("/?s=x")).status === 502);
    const { status, state } = await bench.ask("/");
    assert.equal(status, 200);
    assert.match(state, /^(STALE|UPDATING)$/);
    nameServer.names = pods;
    await bench.until("the pods are known", async () => (await bench.ask("/?s=x")).status === 200);
  });

  /** A pod fails while the list of pods changes. Retried are all requests that it was sent, but for forms: it may have processed these. */
  const retriesAll = async (left: readonly string[]) => {
    let begun: string[] = [];
    const ending = await bench.site((request) => {
      begun.push(`${request.method} ${request.url}`);
      void setTimeout(2500).then(() => request.socket.destroy());
    }, 2);
    nameServer.names = [ending, pods[0] ?? ""];
    await bench.start();
    begun = [];
    const urls = Array.from({ length: 6 }, (_, index) => [`GET /?s=${index}`, `GET /page-${index}/`, `POST /${index}`]);
    const asked = urls.flat().map(async (request) => {
      const [method = "", url = ""] = request.split(" ");
      const { status } = await bench.ask(url, { method, ...(method === "POST" && { body: "a=b" }) });
      return [request, status] as const;
    });
    await setTimeout(500);
    nameServer.names = left;
    const answers = await Promise.all(asked);
    const sent = (method: string) => begun.filter((request) => request.startsWith(method)).sort();
    assert.ok(sent("GET").length > 0 && sent("POST").length > 0, `the pod that fails was sent: ${begun.join(", ")}`);
    const failed = answers.filter(([, status]) => status !== 200).map(([request]) => request);
    assert.deepEqual(failed.sort(), sent("POST"));
  };

  it("retries a request whose pod fails while the list changes to other pods, and sends a form once", () =>
    retriesAll(pods));

  it("retries a request whose pod fails while the list changes to a single pod, and sends a form once", () =>
    retriesAll(pods.slice(0, 1)));

  it("retries a form that no connection took while the list changes to a single pod", async () => {
    nameServer.names = [bench.unusedAddress, pods[0] ?? ""];
    await bench.start();
    const statuses = [];
    for (let index = 0; index < 60; index++) {
      if (index === 20) nameServer.names = pods.slice(0, 1);
      statuses.push(bench.ask("/", { method: "POST", body: "a=b" }).then(({ status }) => status));
      await setTimeout(50);
    }
    assert.deepEqual([...new Set(await Promise.all(statuses))], [200]);
  });

  it("asks its pods again as soon as they answer, after all have failed", async () => {
    let isWell = true;
    const pod = (index: number) =>
      bench.site((request, response) => void (isWell ? response.end("well") : request.socket.destroy()), index);
    nameServer.names = [await pod(2), await pod(3)];
    await bench.start();
    isWell = false;
    assert.equal((await bench.ask("/?s=x")).status, 502);
    isWell = true;
    assert.deepEqual(await failures(1000), []);
  });

  it("skips a pod that refuses connections, and asks the only one again after it failed", async () => {
    nameServer.names = [pods[0] ?? "", "127.0.0.1"];
    await bench.start();
    assert.deepEqual(await failures(2000), []);
    for (let index = 0; index < 4; index++) {
      assert.equal((await bench.ask("/wp-comments-post.php", { method: "POST", body: "a=b" })).status, 200);
    }
    const asked = nameServer.asked;
    nameServer.names = ["127.0.0.1"];
    await bench.until("the pod that is left refuses", async () => (await bench.ask("/?s=x")).status === 502);
    assert.ok(nameServer.asked > asked);
    nameServer.names = pods.slice(0, 1);
    await bench.until("it is back", async () => (await bench.ask("/?s=x")).status === 200);
    assert.deepEqual(await failures(1000), []);
  });
});
