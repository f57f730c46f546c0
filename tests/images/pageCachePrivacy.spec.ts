import * as assert from "node:assert/strict";
import { once } from "node:events";
import type * as http from "node:http";
import { text } from "node:stream/consumers";
import { SeededRandom } from "../faults/support/seededRandom";
import { type RequestOptions, CacheBench } from "./support/cacheBench";

const seed = process.env.CACHE_SEED ?? "16";
const rounds = 500;

/** Schemes of the requests to the site, as nginx passed them on. */
const schemes = new Set<unknown>();

/** Serves a page that shows its whole request, as a careless plugin might. */
function reflect(request: http.IncomingMessage, response: http.ServerResponse): void {
  schemes.add(request.headers["x-forwarded-proto"]);
  void text(request).then((body) => {
    response.setHeader("content-type", "text/html");
    response.end(JSON.stringify([request.method, request.url, request.rawHeaders, body]));
  });
}

describe("page cache in front of a site that reflects each request", function () {
  this.timeout(10 * 60_000);
  const bench = new CacheBench();
  before(async () => {
    await bench.open();
    const address = await bench.site(reflect);
    await bench.nameServer([address]);
    // With a longer lifetime, a new pod would purge itself during the test.
    await bench.start({ seconds: 60 });
  });
  after(() => bench.close());

  /** The answer to a visitor who sends no headers of their own, without its date and its cache state. */
  const plainly = async (url: string) => {
    const { status, headers, body } = await bench.fetch(url);
    const { "x-cache": state, ...rest } = headers;
    delete rest.date;
    return { state, seen: { status, headers: rest, body } };
  };
  /** The same for a page that no visitor has requested yet. */
  const expected = async (url: string) => {
    const model = `/m${++models}/`.padEnd(url.length, "/");
    const { seen } = await plainly(model);
    return JSON.parse(JSON.stringify(seen).replaceAll(model, url)) as typeof seen;
  };
  let models = 0;

  it(`shows nothing of visitor A to visitor B in ${rounds} random requests (CACHE_SEED=${seed})`, async () => {
    const random = new Draw(seed);
    const states = new Set<string>();
    schemes.clear();
    for (let round = 0; round < rounds; round++) {
      const url = `/post-${round}/${random.pick(["", "?p=1", "?feed=rss2", "?cat=3&paged=2"])}`;
      const request = visitorA(random);
      const urlOfA = `${url}${random.pick(strangeArguments(url))}`;
      const { state } = await bench.fetch(urlOfA, request);
      states.add(state);
      const { state: stateOfB, seen } = await plainly(url);
      assert.deepEqual(seen, await expected(url), `round ${round}: ${JSON.stringify(request).slice(0, 500)}`);
      // A's request cached the page that B gets, and not one of another scheme.
      if (urlOfA === url && state === "MISS")
        assert.equal(stateOfB, "HIT", `round ${round}: ${JSON.stringify(request)}`);
      assert.equal((await plainly(url)).state, "HIT", `round ${round}`);
    }
    // A's requests included both: cached ones, and ones that bypassed the cache.
    for (const state of ["MISS", "BYPASS"]) assert.ok(states.has(state), [...states].join());
    assert.deepEqual([...schemes], ["http"]);
  });

  for (const [visitor, cookie] of [
    ["is logged in", "wordpress_logged_in_0123=admin%7C1; wordpress_sec_0123=x"],
    ["has commented", "comment_author_0123=Jo; comment_author_email_0123=jo%40example.com"],
    ["has a comment cookie in a form that only PHP recognizes", "comment.author_email_0123=jo%40example.com"],
    ["has a post's password", "wp-postpass_0123=x"],
    ["has a shopping cart", "wp_woocommerce_session_0123=x; woocommerce_items_in_cart=1"],
    ["has chosen a currency", "shop_currency=EUR"],
  ] as const) {
    it(`requests the page from WordPress for a visitor who ${visitor}, and caches none of it`, async () => {
      const url = `/of-${encodeURIComponent(visitor)}/`;
      const own = await bench.fetch(url, { headers: { cookie } });
      assert.equal(own.state, "BYPASS");
      assert.ok(own.body.includes(cookie));
      const { state, seen } = await plainly(url);
      assert.equal(state, "MISS");
      assert.deepEqual(seen, await expected(url));
      // Nor does that visitor get the cached page.
      assert.ok((await bench.fetch(url, { headers: { cookie } })).body.includes(cookie));
    });
  }

  it("serves cached pages to visitors whose cookies are only for scripts in the browser", async () => {
    const cookie =
      "_ga=GA1.1.1.1; _ga_AB12CD=GS1.1; _fbp=fb.1.1; _pk_id.1.1fff=a.b; wordpress_test_cookie=WP%20Cookie%20check";
    await plainly("/measured/");
    const answer = await bench.fetch("/measured/", { headers: { cookie } });
    assert.equal(answer.state, "HIT");
    assert.ok(!answer.body.includes("GA1"));
  });

  it("requests the path from WordPress as the visitor wrote it", async () => {
    for (const url of ["/a%2Fb%20c/", "/%C3%A4/?p=1", "//double//", "/a/../b/", "/semi;colon/"]) {
      const { body } = await bench.fetch(url);
      assert.equal((JSON.parse(body) as string[])[1], url);
    }
  });

  it("passes on method, body, cookie and headers of a logged-in visitor, except X-Forwarded-Host", async () => {
    const headers = {
      cookie: "wordpress_logged_in_1=a",
      "accept-language": "de",
      "x-custom": "1",
      "x-forwarded-host": "evil",
    };
    const { body } = await bench.fetch("/form/", { method: "POST", headers, body: "a=b" });
    const [method, , , sent] = JSON.parse(body) as string[];
    assert.deepEqual([method, sent], ["POST", "a=b"]);
    for (const value of ["wordpress_logged_in_1=a", '"de"', "x-custom"]) assert.ok(body.includes(value), value);
    assert.ok(!body.includes("evil"));
  });

  describe("with forwarded headers", () => {
    /** The forwarded headers that WordPress gets with a request for an uncacheable page. */
    const passedOn = async (headers: Record<string, string>) => {
      const { body } = await bench.fetch("/wp-login.php", { headers });
      const [, , sent = []] = JSON.parse(body) as [string, string, string[]];
      const valuesOf = (wanted: string) =>
        sent.filter((_, index) => index % 2 === 1 && sent[index - 1]?.toLowerCase() === wanted);
      return { address: valuesOf("x-forwarded-for"), scheme: valuesOf("x-forwarded-proto") };
    };
    /** The client's address in the log, of three requests: for an uncacheable page, for one that fills the cache, and for a cached one. */
    const logged = async (forwardedFor: string) => {
      const name = `logged-${++logs}`;
      for (const url of [`/wp-admin/${name}/`, `/${name}/`, `/${name}/`]) {
        await bench.fetch(url, { headers: { "x-forwarded-for": forwardedFor } });
      }
      const lines = () => (bench.container?.output ?? "").split("\n").filter((line) => line.includes(`/${name}/ HTTP`));
      await bench.until("nginx has written three lines", () => Promise.resolve(lines().length === 3));
      return lines().map((line) => line.split(" ")[0]);
    };
    let logs = 0;
    /** Address of the test's own connections. */
    const ownAddress = async () => {
      const socket = bench.connection();
      await once(socket, "connect");
      const { localAddress } = socket;
      socket.destroy();
      return localAddress;
    };
    const startBehind = async (trustedProxies: readonly string[]) => {
      await bench.clear();
      await bench.nameServer([await bench.site(reflect)]);
      await bench.start({ trustedProxies });
    };

    it("ignores a client's forwarded address and scheme without trustedProxies", async () => {
      const own = [await ownAddress()];
      for (const forged of ["203.0.113.66", "127.0.0.1", "203.0.113.66, 127.0.0.1", "::1"]) {
        const seen = await passedOn({ "x-forwarded-for": forged, "x-forwarded-proto": "https" });
        assert.deepEqual(seen, { address: own, scheme: ["http"] }, forged);
      }
    });

    it("caches one page for forged https and for http without trustedProxies", async () => {
      for (const order of [
        ["https", "http"],
        ["http", "https"],
      ] as const) {
        const url = `/${order.join("-")}/`;
        const ask = (scheme: string) => bench.fetch(url, { headers: { "x-forwarded-proto": scheme } });
        const [first, second] = [await ask(order[0]), await ask(order[1])];
        assert.deepEqual([first.state, second.state, second.body], ["MISS", "HIT", first.body], url);
        assert.match(first.body, /"X-Forwarded-Proto","http"/, url);
      }
    });

    it("logs the address of the connection without trustedProxies, whatever the client claims", async () => {
      const own = await ownAddress();
      for (const forged of ["203.0.113.66", "127.0.0.1", "203.0.113.66, 127.0.0.1", "::1"]) {
        assert.deepEqual(await logged(forged), [own, own, own], forged);
      }
    });

    it("takes address and scheme from one trusted proxy, and ignores what the client claims before it", async () => {
      await startBehind(["198.18.0.0/15"]);
      const address = async (sent: string) => (await passedOn({ "x-forwarded-for": sent })).address;
      assert.deepEqual(await address("203.0.113.7"), ["203.0.113.7"]);
      // A proxy appends its client's address: everything before it is the client's claim.
      assert.deepEqual(await address("127.0.0.1, 10.0.0.1, 203.0.113.7"), ["203.0.113.7"]);
      assert.deepEqual(await address("2001:db8::7"), ["2001:db8::7"]);
      const scheme = async (sent: string) => (await passedOn({ "x-forwarded-proto": sent })).scheme;
      for (const sent of ["https", "https,http", "https, https", "HTTPS", "Https , http"]) {
        assert.deepEqual(await scheme(sent), ["https"], sent);
      }
      for (const sent of ["http", "http,https", "gopher", "httpsx", ", https"]) {
        assert.deepEqual(await scheme(sent), ["http"], sent);
      }
    });

    it("logs the address that the trusted proxy names, and none that the client claims before it", async () => {
      await startBehind(["198.18.0.0/15"]);
      for (const sent of ["203.0.113.7", "127.0.0.1, 10.0.0.1, 203.0.113.7", "6.6.6.6, 203.0.113.7, 198.18.0.1"]) {
        assert.deepEqual(await logged(sent), ["203.0.113.7", "203.0.113.7", "203.0.113.7"], sent);
      }
    });

    it("takes the address from two trusted proxies in a row", async () => {
      await startBehind(["198.18.0.0/15", "192.0.2.0/24"]);
      const { address } = await passedOn({ "x-forwarded-for": "127.0.0.1, 203.0.113.7, 192.0.2.1" });
      assert.deepEqual(address, ["203.0.113.7"]);
    });
  });
});

/** Picks items at random. */
class Draw {
  private readonly random: SeededRandom;
  constructor(seed: string) {
    this.random = new SeededRandom(seed);
  }
  pick<T>(things: readonly T[]): T {
    const [thing] = this.random.shuffle(things);
    if (thing === undefined) throw new Error("nothing to pick from");
    return thing;
  }
  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return this.pick(Array.from({ length: end }, (_, index) => index));
  }
}

/** Arguments that WordPress's own links never have. */
function strangeArguments(url: string): string[] {
  const sign = url.includes("?") ? "&" : "?";
  return ["", "", "", `${sign}utm_source=a`, `${sign}p=1%26x`, `${sign}s=x`, "#f", `${sign}__proto__=1`];
}

const cookieNames = [
  ...[
    "comment.author_email_0123",
    "comment author_0123",
    "comment[author_0123",
    "COMMENT_AUTHOR_0123",
    "\tshop_currency",
  ],
  ...[
    "wordpress_logged_in_0123",
    "Wp-Postpass_0123",
    "woocommerce.cart",
    "PHPSESSID",
    "lang",
    "_ga",
    "_fbp",
    "_pk_id.1.1f",
  ],
];

const headerNames = [
  ...["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "Forwarded"],
  ...[
    "X-Real-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "CF-IPCountry",
    "Client-IP",
    "Via",
    "X-Original-URL",
    "X-Rewrite-URL",
  ],
  ...[
    "X-HTTP-Method-Override",
    "X-Requested-With",
    "X-WP-Nonce",
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "Referer",
  ],
  ...["Origin", "User-Agent", "Authorization", "Proxy-Authorization", "Cache-Control", "Pragma", "Range", "If-Range"],
  ...[
    "If-None-Match",
    "If-Modified-Since",
    "DNT",
    "Save-Data",
    "Sec-GPC",
    "Upgrade-Insecure-Requests",
    "Purpose",
    "X-Odd",
  ],
];

/** A request that no honest browser sends. */
function visitorA(random: Draw): RequestOptions {
  const headers: Record<string, string | readonly string[]> = {};
  for (let count = random.below(6); count > 0; count--) {
    const name = random.pick(headerNames);
    headers[name] = valueOf(random);
  }
  if (random.below(2) === 0) {
    headers["X-Forwarded-Proto"] = random.pick(["https", "HTTPS", "https, http", "gopher", "http", "ftp, https"]);
  }
  if (random.below(2) === 0) headers.Cookie = cookies(random);
  const method = random.pick(["GET", "GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);
  const body = method === "HEAD" || random.below(3) > 0 ? undefined : `field=${valueOf(random)}`;
  return { method, headers, ...(body === undefined ? {} : { body }) };
}

function cookies(random: Draw): string[] {
  const one = () => `${random.pick(cookieNames)}=${valueOf(random)}`;
  const several = () =>
    Array.from({ length: 1 + random.below(4) }, one).join(random.pick(["; ", ";", ";\t", " ; ", "; ; "]));
  if (random.below(10) === 0) return [`${one()}${"x".repeat(8100)}`];
  // The same name twice, and two headers.
  return random.below(3) === 0 ? [several(), several()] : [several()];
}

function valueOf(random: Draw): string {
  return random.pick([
    "evil.example",
    "1",
    "<script>",
    "bytes=0-5",
    "de",
    "gzip",
    "br",
    "192.0.2.1",
    "*",
    'W/"x"',
    "a b",
    "POST",
  ]);
}
