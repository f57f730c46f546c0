import * as assert from "node:assert/strict";
import { once } from "node:events";
import type * as http from "node:http";
import { text } from "node:stream/consumers";
import { SeededRandom } from "../faults/support/seededRandom";
import { type Asked, CacheBench } from "./support/cacheBench";

const seed = process.env.CACHE_SEED ?? "16";
const rounds = 500;

/** Schemes by which the site was asked, as nginx told it. */
const schemesTold = new Set<unknown>();

/** A page that shows everything that its request had, as a careless plugin might. */
function reflect(request: http.IncomingMessage, response: http.ServerResponse): void {
  schemesTold.add(request.headers["x-forwarded-proto"]);
  void text(request).then((body) => {
    response.setHeader("content-type", "text/html");
    response.end(JSON.stringify([request.method, request.url, request.rawHeaders, body]));
  });
}

describe("the page cache, in front of a site that shows each visitor what they sent", function () {
  this.timeout(10 * 60_000);
  const bench = new CacheBench();
  before(async () => {
    await bench.open();
    const address = await bench.site(reflect);
    await bench.nameServer([address]);
    // Not longer: a new pod would invalidate pages meanwhile.
    await bench.start({ seconds: 60 });
  });
  after(() => bench.close());

  /** What a visitor sees who sends nothing of their own: all of it but its time and how it was come by. */
  const plainly = async (url: string) => {
    const { status, headers, body } = await bench.ask(url);
    const { "x-cache": state, ...rest } = headers;
    delete rest.date;
    return { state, seen: { status, headers: rest, body } };
  };
  /** What they see where nobody has been before. */
  const expected = async (url: string) => {
    const model = `/m${++models}/`.padEnd(url.length, "/");
    const { seen } = await plainly(model);
    return JSON.parse(JSON.stringify(seen).replaceAll(model, url)) as typeof seen;
  };
  let models = 0;

  it(`shows nothing of visitor A to visitor B, in ${rounds} requests at random (CACHE_SEED=${seed})`, async () => {
    const random = new Draw(seed);
    const states = new Set<string>();
    schemesTold.clear();
    for (let round = 0; round < rounds; round++) {
      const url = `/post-${round}/${random.pick(["", "?p=1", "?feed=rss2", "?cat=3&paged=2"])}`;
      const asked = visitorA(random);
      const urlOfA = `${url}${random.pick(strangeArguments(url))}`;
      const { state } = await bench.ask(urlOfA, asked);
      states.add(state);
      const { state: stateOfB, seen } = await plainly(url);
      assert.deepEqual(seen, await expected(url), `round ${round}: ${JSON.stringify(asked).slice(0, 500)}`);
      // A has filled B's page, and none of another scheme.
      if (urlOfA === url && state === "MISS") assert.equal(stateOfB, "HIT", `round ${round}: ${JSON.stringify(asked)}`);
      assert.equal((await plainly(url)).state, "HIT", `round ${round}`);
    }
    // A filled the cache, and A went past it: both were tried.
    for (const state of ["MISS", "BYPASS"]) assert.ok(states.has(state), [...states].join());
    assert.deepEqual([...schemesTold], ["http"]);
  });

  for (const [visitor, cookie] of [
    ["is logged in", "wordpress_logged_in_0123=admin%7C1; wordpress_sec_0123=x"],
    ["has commented", "comment_author_0123=Jo; comment_author_email_0123=jo%40example.com"],
    ["says so as only PHP understands it", "comment.author_email_0123=jo%40example.com"],
    ["has a post's password", "wp-postpass_0123=x"],
    ["has a basket", "wp_woocommerce_session_0123=x; woocommerce_items_in_cart=1"],
    ["has chosen a currency", "shop_currency=EUR"],
  ] as const) {
    it(`gives a visitor who ${visitor} a page of their own, and keeps none of it`, async () => {
      const url = `/of-${encodeURIComponent(visitor)}/`;
      const own = await bench.ask(url, { headers: { cookie } });
      assert.equal(own.state, "BYPASS");
      assert.ok(own.body.includes(cookie));
      const { state, seen } = await plainly(url);
      assert.equal(state, "MISS");
      assert.deepEqual(seen, await expected(url));
      // The other way round, too: what is kept is not theirs.
      assert.ok((await bench.ask(url, { headers: { cookie } })).body.includes(cookie));
    });
  }

  it("serves kept pages to visitors whose cookies are for scripts in the browser alone", async () => {
    const cookie =
      "_ga=GA1.1.1.1; _ga_AB12CD=GS1.1; _fbp=fb.1.1; _pk_id.1.1fff=a.b; wordpress_test_cookie=WP%20Cookie%20check";
    await plainly("/measured/");
    const answer = await bench.ask("/measured/", { headers: { cookie } });
    assert.equal(answer.state, "HIT");
    assert.ok(!answer.body.includes("GA1"));
  });

  it("asks WordPress for the address as it was written", async () => {
    for (const url of ["/a%2Fb%20c/", "/%C3%A4/?p=1", "//double//", "/a/../b/", "/semi;colon/"]) {
      const { body } = await bench.ask(url);
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
    const { body } = await bench.ask("/form/", { method: "POST", headers, body: "a=b" });
    const [method, , , sent] = JSON.parse(body) as string[];
    assert.deepEqual([method, sent], ["POST", "a=b"]);
    for (const value of ["wordpress_logged_in_1=a", '"de"', "x-custom"]) assert.ok(body.includes(value), value);
    assert.ok(!body.includes("evil"));
  });

  describe("with forwarded headers", () => {
    /** What WordPress is told of the visitor of a page that is not kept. */
    const told = async (headers: Record<string, string>) => {
      const { body } = await bench.ask("/wp-login.php", { headers });
      const [, , sent = []] = JSON.parse(body) as [string, string, string[]];
      const valuesOf = (wanted: string) =>
        sent.filter((_, index) => index % 2 === 1 && sent[index - 1]?.toLowerCase() === wanted);
      return { address: valuesOf("x-forwarded-for"), scheme: valuesOf("x-forwarded-proto") };
    };
    /** The client's address in the log, of three requests: for a page that is not kept, for one that fills the cache, and for a kept one. */
    const logged = async (forwardedFor: string) => {
      const name = `logged-${++logs}`;
      for (const url of [`/wp-admin/${name}/`, `/${name}/`, `/${name}/`]) {
        await bench.ask(url, { headers: { "x-forwarded-for": forwardedFor } });
      }
      const lines = () => (bench.container?.output ?? "").split("\n").filter((line) => line.includes(`/${name}/ HTTP`));
      await bench.until("nginx has written three lines", () => Promise.resolve(lines().length === 3));
      return lines().map((line) => line.split(" ")[0]);
    };
    let logs = 0;
    /** Address of the tests' own connections. */
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
        const seen = await told({ "x-forwarded-for": forged, "x-forwarded-proto": "https" });
        assert.deepEqual(seen, { address: own, scheme: ["http"] }, forged);
      }
    });

    it("keeps one page for a client's forged https and for http without trustedProxies", async () => {
      for (const schemes of [
        ["https", "http"],
        ["http", "https"],
      ] as const) {
        const url = `/${schemes.join("-")}/`;
        const ask = (scheme: string) => bench.ask(url, { headers: { "x-forwarded-proto": scheme } });
        const [first, second] = [await ask(schemes[0]), await ask(schemes[1])];
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
      const address = async (sent: string) => (await told({ "x-forwarded-for": sent })).address;
      assert.deepEqual(await address("203.0.113.7"), ["203.0.113.7"]);
      // A proxy adds its client at the end: what is before it is the client's claim.
      assert.deepEqual(await address("127.0.0.1, 10.0.0.1, 203.0.113.7"), ["203.0.113.7"]);
      assert.deepEqual(await address("2001:db8::7"), ["2001:db8::7"]);
      const scheme = async (sent: string) => (await told({ "x-forwarded-proto": sent })).scheme;
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
      const { address } = await told({ "x-forwarded-for": "127.0.0.1, 203.0.113.7, 192.0.2.1" });
      assert.deepEqual(address, ["203.0.113.7"]);
    });
  });
});

/** Draws one of several things. */
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

/** Arguments that WordPress's own links do not have. */
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

/** A request as no honest browser sends it. */
function visitorA(random: Draw): Asked {
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
