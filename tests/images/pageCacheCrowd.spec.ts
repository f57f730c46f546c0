import * as assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { wholeBytes } from "../../components/kubernetes/quantity";
import { answersLimit, filesAtOnce, memoryLimit, uploadsBytes } from "../../components/pageCache/pageCacheLimits";
import { recordFault } from "../support/reliability";
import { SlowReader, SlowSender } from "../support/slowVisitors";
import { listTemporaryFiles, temporaryFiles } from "../support/temporaryFiles";
import { CacheBench } from "./support/cacheBench";
import { file, Site } from "./support/workers";

const visitors = 64;
/** The test's own addresses, which forward requests of clients with any address. */
const trustedProxies = ["198.18.0.0/15"];

describe("page cache with many slow clients", function () {
  this.timeout(4 * 60_000);
  const bench = new CacheBench();
  const sites = [new Site(), new Site()];

  before(async () => {
    await bench.open();
    const addresses = await Promise.all(sites.map((site, index) => bench.site(site.listener, index)));
    await bench.nameServer(addresses);
  });
  after(() => bench.close());
  afterEach(() => bench.workbench.clear());

  /** Median of the seconds that an uncacheable page takes. */
  const median = async () => {
    const seconds = [];
    for (let index = 0; index < 21; index++) {
      const answer = await bench.fetch(`/?s=${index}`);
      assert.equal(answer.status, 200);
      seconds.push(answer.seconds);
    }
    return seconds.sort((one, other) => one - other)[10] ?? 0;
  };
  const workersBusy = () => sites.reduce((sum, { busy }) => sum + busy, 0);
  const bytesReceived = () => sites.reduce((sum, { received }) => sum + received, 0);

  it("serves pages while 64 visitors read a large file slowly and 64 send one", async () => {
    await bench.start();
    const idle = await median();
    const readers = Array.from(
      { length: visitors },
      () => new SlowReader(bench.request("/wp-content/uploads/big.bin"), 20_000),
    );
    const senders = Array.from({ length: visitors }, () => new SlowSender(bench, 4_000_000, 5_000));
    await Promise.all(readers.map((reader) => reader.begun));
    await bench.until("no file holds a worker", () => Promise.resolve(workersBusy() === 0));
    const busy = await median();
    assert.ok(busy < 2 * idle, `${busy} s, and ${idle} s without them`);
    assert.equal(workersBusy(), 0);
    assert.deepEqual([...new Set(readers.map(({ status }) => status))], [200]);
    // No transfer was aborted, and the site has received nothing of the bodies.
    assert.ok(readers.every(({ bytes, isOpen }) => isOpen && bytes > 20_000));
    assert.ok(senders.every(({ isOpen }) => isOpen));
    assert.equal(bytesReceived(), 0);
    const bodies = filesIn(bench, "uploads");
    assert.ok(bodies.count > 0 && bodies.count <= visitors, `${bodies.count} files`);
    // Each body has exceeded its buffer in memory.
    assert.ok(
      bodies.bytes >= visitors * 16_384 && bodies.bytes <= uploadsBytes({ uploadLimit: "64Mi" }),
      `${bodies.bytes} bytes`,
    );
    const files = filesIn(bench, "answers");
    assert.ok(files.count <= visitors, `${files.count} files`);
    assert.ok(
      files.bytes > 0 && files.bytes <= wholeBytes(answersLimit({ uploadLimit: "64Mi" })),
      `${files.bytes} bytes`,
    );
    const memory = memoryOf(bench);
    assert.ok(memory > 0 && memory <= wholeBytes(memoryLimit) / 4, `${memory} bytes of memory`);
    [...readers, ...senders].forEach((visitor) => visitor.leave());
    recordFault({
      fault: "64 clients read a file of 40 MB at 20 kB/s and 64 upload at 5 kB/s",
      holds: "a page that is never kept takes less than twice as long, and the site's pods are idle meanwhile",
      measured: `median ${Math.round(busy * 1000)} ms, ${Math.round(idle * 1000)} ms without them`,
    });
  });

  it("serves a file to GET, HEAD, range and conditional requests", async () => {
    await bench.start();
    const url = "/wp-content/uploads/big.bin";
    const whole = await bench.fetch(url);
    assert.ok(whole.body === file.toString());
    assert.equal(whole.headers["content-length"], String(file.length));
    const part = async (range: string) => bench.fetch(url, { headers: { range } });
    for (const [range, from, to] of [
      ["bytes=0-9", 0, 10],
      ["bytes=131070-131075", 131_070, 131_076],
      ["bytes=39999990-", 39_999_990, 40_000_000],
      ["bytes=-5", 39_999_995, 40_000_000],
    ] as const) {
      const { status, headers, body } = await part(range);
      assert.deepEqual([status, body], [206, file.subarray(from, to).toString()], range);
      assert.equal(headers["content-range"], `bytes ${from}-${to - 1}/40000000`);
    }
    assert.equal((await part("bytes=50000000-")).status, 416);
    const head = await bench.fetch(url, { method: "HEAD" });
    assert.deepEqual([head.status, head.headers["content-length"], head.body], [200, "40000000", ""]);
    const known = await bench.fetch(url, { headers: { "if-none-match": String(whole.headers.etag) } });
    assert.deepEqual([known.status, known.body], [304, ""]);
    const changed = await bench.fetch(url, { headers: { range: "bytes=5-6", "if-range": '"another"' } });
    assert.deepEqual([changed.status, changed.body.length], [200, file.length]);
    assert.equal((await bench.fetch("/wp-content/uploads/none.bin")).status, 404);
    assert.equal((await bench.fetch("/wp-content/uploads/empty.bin")).status, 200);
  });

  it("serves complete files even if it has no room for another one on the disk", async () => {
    await bench.start({ uploadLimit: "600Mi" });
    assert.equal(filesAtOnce({ uploadLimit: "600Mi" }), 8);
    const readers = Array.from(
      { length: 8 },
      () => new SlowReader(bench.request("/wp-content/uploads/big.bin"), 20_000),
    );
    await Promise.all(readers.map(({ begun }) => begun));
    await bench.until("no file holds a worker", () => Promise.resolve(workersBusy() === 0));
    const ninth = new SlowReader(bench.request("/wp-content/uploads/big.bin"), 20_000);
    await ninth.begun;
    await setTimeout(1000);
    // 2 MiB of it are on the disk, and the rest occupies a worker of the site.
    assert.deepEqual([ninth.status, workersBusy()], [200, 1]);
    assert.equal((await bench.fetch("/wp-content/uploads/big.bin")).body.length, file.length);
    [...readers, ninth].forEach((reader) => reader.leave());
  });

  it("passes on all bytes of an upload, with and without Content-Length", async () => {
    await bench.start();
    const body = file.subarray(0, 5_000_000);
    const asSent: Record<string, string>[] = [{}, { "transfer-encoding": "chunked" }];
    for (const headers of asSent) {
      const answer = await bench.fetch("/wp-admin/async-upload.php", { method: "POST", headers, body });
      assert.deepEqual([answer.status, answer.body], [200, "5000000 bytes"]);
    }
  });

  it("refuses uploads that its volume has no room for, accepts them once it has, and always accepts small ones", async () => {
    // Each upload is 600 MiB, and the volume has room for two.
    await bench.start({ uploadLimit: "600Mi", trustedProxies });
    const receivedBefore = bytesReceived();
    let visitor = 0;
    const large = () => new SlowSender(bench, 600 * 2 ** 20, 5_000, `203.0.113.${++visitor}`);
    const first = [large(), large()];
    await setTimeout(500);
    assert.equal(await statusSoon(large()), 413);
    const small = await bench.fetch("/wp-comments-post.php", { method: "POST", body: "comment=yes" });
    assert.deepEqual([small.status, small.body], [200, "11 bytes"]);
    assert.ok(first.every(({ isOpen }) => isOpen));
    // An upload that is aborted releases its room.
    first[0]?.leave();
    await setTimeout(500);
    const next = large();
    await setTimeout(500);
    assert.ok(next.isOpen);
    // A body of unknown size counts as the largest.
    const chunked = await bench.fetch("/wp-admin/", {
      method: "POST",
      headers: { "transfer-encoding": "chunked" },
      body: "a",
    });
    assert.equal(chunked.status, 413);
    // A body of a request for a page or a file is refused too.
    for (const url of ["/", "/wp-content/uploads/big.bin"]) {
      assert.equal((await bench.fetch(url, { headers: { "content-length": String(600 * 2 ** 20) } })).status, 413, url);
    }
    // The site has received the small upload alone, and nothing of the refused ones.
    assert.equal(bytesReceived() - receivedBefore, 11);
    [...first, next].forEach((sender) => sender.leave());
    await setTimeout(500);
    for (let round = 0; round < 50; round++) {
      assert.equal((await bench.fetch("/wp-admin/", { method: "POST", body: file.subarray(0, 100_000) })).status, 200);
    }
    const [one, other] = [large(), large()];
    await setTimeout(500);
    assert.ok(one.isOpen && other.isOpen, "all room was released");
    [one, other].forEach((sender) => sender.leave());
  });

  it("accepts an upload from another client while one client's slow uploads hold its share", async () => {
    await bench.start({ trustedProxies });
    const uploads: SlowSender[] = [];
    const upload = (address: string, mebibytes = 60) => {
      const sender = new SlowSender(bench, mebibytes * 2 ** 20, 5_000, address);
      uploads.push(sender);
      return sender;
    };
    // The share of one client is 256 MiB of 1 GiB.
    const held = Array.from({ length: 4 }, () => upload("203.0.113.1"));
    await setTimeout(500);
    const more = Array.from({ length: 14 }, () => upload("203.0.113.1"));
    assert.deepEqual([...new Set(await Promise.all(more.map(statusSoon)))], [413]);
    const others = ["203.0.113.2", "203.0.113.3", "2001:db8::1"].map((address) => upload(address));
    // All addresses of a /64 network count as one client.
    const sameNetwork = Array.from({ length: 3 }, (_, index) => upload(`2001:db8::${index + 2}`));
    await setTimeout(500);
    assert.ok([...held, ...others, ...sameNetwork].every(({ isOpen }) => isOpen));
    assert.equal(await statusSoon(upload("2001:db8::ffff:0:9")), 413);
    // An upload that ends releases its share.
    held[0]?.leave();
    await setTimeout(500);
    const next = upload("203.0.113.1");
    await setTimeout(500);
    assert.ok(next.isOpen);
    uploads.forEach((sender) => sender.leave());
  });

  it("releases what a crashed nginx worker had reserved", async () => {
    await bench.start({ uploadLimit: "600Mi", trustedProxies });
    const large = (address: string) => new SlowSender(bench, 600 * 2 ** 20, 5_000, address);
    const first = [large("203.0.113.1"), large("203.0.113.2")];
    await setTimeout(500);
    assert.equal(await statusSoon(large("203.0.113.3")), 413);
    const kill = "for p in /proc/[0-9]*; do ! grep -q 'nginx[:] worker' $p/cmdline || kill -9 ${p#/proc/}; done";
    assert.equal(bench.container?.exec(["sh", "-c", kill]).code, 0);
    await bench.until("nginx has other workers", async () => (await bench.fetch("/wp-admin/ready")).status === 200);
    const next = [large("203.0.113.1"), large("203.0.113.3")];
    await setTimeout(500);
    assert.ok(next.every(({ isOpen }) => isOpen));
    [...first, ...next].forEach((sender) => sender.leave());
  });

  for (const [limit, count] of [
    ["ulimit -Sn 1024", 2200],
    ["ulimit -n 512", 700],
  ] as const) {
    it(`answers 60 visitors within 5 s after ${count} others have connected, with ${limit}`, async () => {
      await bench.start({ before: limit });
      const idle = Array.from({ length: count }, () => bench.connection());
      for (const socket of idle) socket.on("error", () => socket.destroy());
      for (const socket of idle) socket.write("GET /wp-content/x.css HTTP/1.1\r\nHost: blog.example.com\r\n\r\n");
      await setTimeout(5000);
      const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => bench.fetch(`/?s=${index}`)));
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
      assert.ok(answers.every(({ seconds }) => seconds < 5));
      idle.forEach((socket) => socket.destroy());
      assert.doesNotMatch(bench.container?.output ?? "", /Too many open files/);
    });
  }
});

/** Status of an upload's answer within five seconds; 0 if the upload is still in progress. */
function statusSoon({ answered }: SlowSender): Promise<number> {
  return Promise.race([answered, setTimeout(5000, 0)]);
}

/** The files that nginx has open in a folder of `/var/cache`. */
function filesIn(bench: CacheBench, folder: "answers" | "uploads") {
  return temporaryFiles(bench.container?.read(listTemporaryFiles(folder)) ?? "");
}

/** Bytes of private memory of the nginx processes. */
function memoryOf(bench: CacheBench): number {
  const command = "cat /proc/[0-9]*/smaps_rollup 2>/dev/null | sed -n 's/^Private_Dirty: *\\([0-9]*\\) kB$/\\1/p'";
  const lines = bench.container?.read(["sh", "-c", command]).trim().split("\n") ?? [];
  return 1024 * lines.reduce((sum, kibibytes) => sum + Number(kibibytes), 0);
}
