import * as assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { recordFault } from "../support/reliability";
import { type Answer, CacheBench } from "./support/cacheBench";
import type { NameServer } from "./support/nameServer";

describe("page cache during name server failures", function () {
  this.timeout(3 * 60_000);
  const bench = new CacheBench();
  let pods: string[];
  let nameServer: NameServer;
  /** Number of requests in the last call of {@link failures}. */
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

  /** Requests an uncacheable page repeatedly. @returns the answers that failed or took longer than a second */
  const failures = async (milliseconds: number): Promise<Answer[]> => {
    const failed = [];
    requests = 0;
    for (const end = Date.now() + milliseconds; Date.now() < end; await setTimeout(50)) {
      const answer = await bench.fetch("/?s=x");
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
    const { queries } = nameServer;
    assert.deepEqual(await failures(6000), []);
    assert.ok(nameServer.queries > queries, "nginx did not query the name server meanwhile");
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

  it("finds the site's new pod after lost answers of the name server", async () => {
    nameServer.names = pods.slice(0, 1);
    await bench.start();
    const seen = async (body: string) => (await bench.fetch("/?s=x")).body === body;
    nameServer.names = "lost";
    await setTimeout(2500);
    nameServer.names = pods.slice(1);
    await bench.until("the other pod answers", () => seen("two"));
    for (let index = 0; index < 5; index++) assert.ok(await seen("two"));
  });

  it("purges itself in its first minute, in which WordPress may not reach it", async () => {
    await bench.start({ seconds: 3600 });
    await bench.fetch("/");
    assert.equal((await bench.fetch("/")).state, "HIT");
    await bench.until("a new page", async () => (await bench.fetch("/")).state === "MISS");
  });

  it("serves stale pages while the site's name has no address, and the site again afterward", async () => {
    await bench.start({ seconds: 1 });
    assert.equal((await bench.fetch("/")).state, "MISS");
    nameServer.names = [];
    await bench.until("no pod is known", async () => (await bench.fetch("/?s=x")).status === 502);
    const { status, state } = await bench.fetch("/");
    assert.equal(status, 200);
    assert.match(state, /^(STALE|UPDATING)$/);
    nameServer.names = pods;
    await bench.until("the pods are known", async () => (await bench.fetch("/?s=x")).status === 200);
  });

  /** A pod fails while the list of pods changes. All requests to it are retried, except forms: it may have processed these. */
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
    const answering = urls.flat().map(async (request) => {
      const [method = "", url = ""] = request.split(" ");
      const { status } = await bench.fetch(url, { method, ...(method === "POST" && { body: "a=b" }) });
      return [request, status] as const;
    });
    await setTimeout(500);
    nameServer.names = left;
    const answers = await Promise.all(answering);
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
      statuses.push(bench.fetch("/", { method: "POST", body: "a=b" }).then(({ status }) => status));
      await setTimeout(50);
    }
    assert.deepEqual([...new Set(await Promise.all(statuses))], [200]);
  });

  it("uses its pods again as soon as they answer, after all have failed", async () => {
    let isHealthy = true;
    const pod = (index: number) =>
      bench.site((request, response) => void (isHealthy ? response.end("well") : request.socket.destroy()), index);
    nameServer.names = [await pod(2), await pod(3)];
    await bench.start();
    isHealthy = false;
    assert.equal((await bench.fetch("/?s=x")).status, 502);
    isHealthy = true;
    assert.deepEqual(await failures(1000), []);
  });

  it("skips a pod that refuses connections, and retries the only pod after its failure", async () => {
    nameServer.names = [pods[0] ?? "", "127.0.0.1"];
    await bench.start();
    assert.deepEqual(await failures(2000), []);
    for (let index = 0; index < 4; index++) {
      assert.equal((await bench.fetch("/wp-comments-post.php", { method: "POST", body: "a=b" })).status, 200);
    }
    const queries = nameServer.queries;
    nameServer.names = ["127.0.0.1"];
    await bench.until("the pod that is left refuses", async () => (await bench.fetch("/?s=x")).status === 502);
    assert.ok(nameServer.queries > queries);
    nameServer.names = pods.slice(0, 1);
    await bench.until("it is back", async () => (await bench.fetch("/?s=x")).status === 200);
    assert.deepEqual(await failures(1000), []);
  });
});
