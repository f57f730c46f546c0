import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { load } from "../../tests/support/loadedConfig";
import { registeredBy } from "../../tests/support/mocks";
import { valueKeys } from "../../tests/support/valueKeys";
import { key } from "./keys";
import { Reader } from "./reader";
import { notAllowed } from "./errors";
import {
  egressRule,
  hostNames,
  imageReference,
  imageRegistry,
  proxyRanges,
  type Rule,
  siteAddress,
  storageSize,
  trueOrFalse,
  webAddress,
} from "./rules";
import { tree } from "./tree";

/** Texts with a special meaning in JavaScript, URLs, JSON or shells. */
const odd = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "null", "undefined", "NaN", "Infinity"],
  ...["", " ", "\0", "\n", "é", "\u{1F600}", "\u202e", "%", "%zz", "\\", "'", '"', "$(id)", "`id`", "<?php", "../.."],
  ...[
    '{"__proto__":{"a":1}}',
    '["__proto__"]',
    "[[]]",
    "[null]",
    "{}",
    "[",
    "1e400",
    "-0",
    "0x10",
    "1.5.1Gi",
    "9".repeat(400),
  ],
  ...[
    "https://a:99999",
    "https://a:0",
    "https://a:65536",
    "https://1.2.3.256",
    "https://1",
    "https://0x7f.1",
    "https://xn--a",
  ],
  ...[
    "https://[::1",
    "https://[::1]:80",
    "https://[fe80::1%25eth0]",
    "https://[1::2::3]",
    "https://a..b",
    "http://:80",
  ],
  ...["a:99999/b", "a:0/b", "a:65535/b", "a:99999", "fe80::1%eth0", "[::1]", '["2001:db8::7"]', '["[2001:DB8::7]"]'],
  ...['["10.0.0.0/08"]', '["::/129"]', '["fe80::1%eth0/64"]', `["${"a".repeat(300)}"]`, "a".repeat(5000)],
];

/** Rules of all keys that are not secret, by the key's path, with an example that is not cut. */
const rules = valueKeys(tree)
  .filter(([, { secret }]) => !secret)
  .map(([name, { rule }]) => ({ name, rule, example: rule.example.replace("…", "A".repeat(40)) }));

/** Texts similar to a rule's example: parts of it with parts of others. The same in every run. */
function* texts(example: string): Generator<string> {
  yield* odd;
  yield example;
  let state = 1;
  const below = (limit: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
  for (let round = 0; round < 300; round++) {
    const insert =
      below(3) === 0
        ? (odd[below(odd.length)] ?? "")
        : String.fromCodePoint(below(4) === 0 ? below(0xd800) : below(128));
    const [from, to] = [below(example.length + 1), below(example.length + 1)];
    yield example.slice(0, from) + insert + example.slice(below(2) === 0 ? from : to);
  }
}

/** Asserts that a rule accepts some texts unchanged, and refuses others. */
function assertParses(rule: Rule<string>, accepted: readonly string[], refused: readonly string[]): void {
  for (const text of accepted) assert.equal(rule.parse(text), text, `${text} is refused`);
  for (const text of refused) assert.equal(rule.parse(text), undefined, `${text} is accepted`);
}

/** A value as you would type it. */
const typed = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

describe("rules of all keys", () => {
  before(() => registeredBy(() => undefined));
  afterEach(() => pulumi.runtime.setAllConfig({}));

  for (const { name, rule, example } of rules) {
    it(`parse any text for ${name} without an exception, and accept the parsed value again`, () => {
      let taken = 0;
      for (const text of texts(example)) {
        const value = rule.parse(text);
        if (value === undefined) continue;
        taken += 1;
        assert.ok(
          ["string", "number", "boolean"].includes(typeof value) || Array.isArray(value),
          `${text} is ${typeof value}`,
        );
        assert.deepEqual(rule.parse(typed(value)), value, text);
      }
      assert.ok(taken > 0, "no text was accepted, not even the example");
    });
  }

  it("return values or one message for random texts of all keys", () => {
    let refused = 0;
    const names = Object.keys(tree);
    for (const name of names) {
      for (const text of odd) {
        try {
          load({ content: "shared", contentStorageClass: "many", [name]: text });
        } catch (error) {
          assert.ok(error instanceof pulumi.RunError, `${name}: ${text}: ${String(error)}`);
          assert.match(error.message, /nothing was changed:\n {2}- /);
          refused += 1;
        }
      }
    }
    assert.ok(refused > names.length, `${refused} refused`);
  });

  it("refuse names of built-in properties for true or false", () => {
    for (const text of ["__proto__", "constructor", "toString", "valueOf"]) {
      assert.equal(trueOrFalse.parse(text), undefined, text);
    }
  });

  it("refuse invalid ports in every address that may have a port", () => {
    const registry = (port: string) => [
      imageRegistry.parse(`a.example:${port}`),
      imageReference("x").parse(`a.example:${port}/b`),
    ];
    const site = (port: string) => [
      siteAddress.parse(`https://a.example:${port}`),
      webAddress("x").parse(`https://a.example:${port}/b`),
    ];
    for (const port of ["0", "00", "080", "65536", "99999"]) {
      assert.deepEqual([...registry(port), ...site(port)], Array(4).fill(undefined), port);
    }
    for (const port of ["1", "80", "65535"]) assert.ok([...registry(port), ...site(port)].every(Boolean), port);
    assert.equal(imageReference("x").parse("mariadb:99999"), "mariadb:99999", "a tag is no port");
  });

  it("refuse site addresses that programs parse as another address or cannot parse", () => {
    for (const text of [
      "https://1",
      "https://0x7f.1",
      "https://1.2.3.256",
      "https://xn--a",
      "https://[1::2::3]",
      "https://[::01]",
    ]) {
      assert.equal(siteAddress.parse(text), undefined, text);
    }
    for (const text of [
      "https://a.example",
      "http://192.0.2.1:8080",
      "https://[2001:db8::7]",
      "https://[2001:db8::7]:8443",
    ]) {
      assert.equal(siteAddress.parse(text), text);
    }
  });

  it("accept only site addresses that are URLs", () => {
    for (const text of texts(siteAddress.example)) {
      const siteUrl = siteAddress.parse(text);
      if (siteUrl !== undefined) assert.doesNotThrow(() => new URL(siteUrl), text);
    }
  });

  it("accept IP addresses for siteHosts as typed, and add brackets to IPv6 addresses", () => {
    for (const text of ["2001:db8::7", "[2001:db8::7]", "2001:DB8:0:0::7"]) {
      assert.deepEqual(hostNames.parse(JSON.stringify([text])), ["[2001:db8::7]"], text);
    }
    assert.deepEqual(hostNames.parse('["192.0.2.7","a.example"]'), ["192.0.2.7", "a.example"]);
    const bad = [
      "[2001:db8::7]:80",
      "[2001:db8::7",
      "fe80::1%eth0",
      "[a.example]",
      "1::2::3",
      "[]",
      "me@[2001:db8::7]",
    ];
    for (const text of bad) {
      assert.equal(hostNames.parse(JSON.stringify([text])), undefined, text);
      assert.equal(hostNames.parse(JSON.stringify(["a.example", text])), undefined, `a.example and ${text}`);
    }
  });

  it("accept at most 100 entries in lists of hosts and of CIDRs", () => {
    const list = (length: number, entry: (index: number) => string) =>
      JSON.stringify(Array.from({ length }, (_, index) => entry(index)));
    const hosts = (length: number) => hostNames.parse(list(length, (index) => `host-${index}.example`));
    const cidrs = (length: number) => list(length, (index) => `10.0.${index}.0/24`);
    assert.equal(hosts(100)?.length, 100);
    assert.equal(hosts(101), undefined);
    for (const rule of [egressRule, proxyRanges]) {
      assert.equal(rule.parse(cidrs(100))?.length, 100);
      assert.equal(rule.parse(cidrs(101)), undefined);
    }
  });

  it("accept a web server's address with a scheme, a host, an optional port and an optional path", () => {
    const rule = webAddress("https://charts.example.com");
    assertParses(
      rule,
      [
        ...["https://charts.example.com", "http://charts.example.com", "http://localhost", "http://a"],
        ...[
          "https://my_charts-2.example.com",
          "https://192.0.2.7:8443",
          "https://[2001:db8::7]",
          "http://[::1]:8080/a",
        ],
        ...["https://a.example/", "https://a.example:443/openebs/charts/", "https://a.example/~me/a.b_c%20d+e:f=g@h-i"],
      ],
      [
        ...["charts.example.com", "ftp://a.example", "https:/a.example", "https://", "https:///charts", "https://:80"],
        ...["https://-a.example", "https://a.example.", "https://a..example", "https://[]", "https://[a.example]"],
        ...[
          " https://a.example",
          "at https://a.example",
          "view:https://a.example",
          "https://a.example ",
          "https://a.example:",
        ],
        ...["https://me:word@a.example", "https://a.example?b", "https://a.example/b?c", "https://a.example/b#c"],
        ...["https://a.example/b c", "https://a.example/'b'", "https://a.example/b\n", "https://a.example:80b"],
      ],
    );
    assert.equal(
      notAllowed("pluginRepository", "charts.example.com", rule),
      'pluginRepository: "charts.example.com" is not allowed; expected an http or https URL without user and password, its ' +
        "path of a-z, A-Z, 0-9 and . _ ~ % + : = @ / -; example: pulumi config set pluginRepository https://charts.example.com",
    );
  });

  it("accept an image reference with a name and optional registry, tag and digest", () => {
    const rule = imageReference("wordpress:6.5-apache");
    const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
    assertParses(
      rule,
      [
        ...["wordpress", "wordpress:6.5-apache", "my-image", "my__image--2.0:a", "team/wordpress", "team/my-image"],
        ...["a/b/c", "team/sub/my-image", "team/sub/my__image--2.0", "registry.example.com/team/sub/wordpress"],
        ...["a:5000/b", "localhost:5000/team/image:1", "Registry.Example.com/image", "Registry.example.com:443/image"],
        ...[`wordpress@${digest}`, `wordpress:6.5@${digest}`, `a.example:5000/team/wordpress:6.5@${digest}`],
        ...["wordpress:_V1", `wordpress:${"a".repeat(128)}`],
      ],
      [
        ...["", "WordPress", "wordpress:", "wordpress:-1", "wordpress:6.5:7", `wordpress:${"a".repeat(129)}`],
        ...[
          "-wordpress",
          "wordpress-",
          "my image",
          "my!image",
          "/wordpress",
          "wordpress/",
          "team//image",
          "team/Image",
        ],
        ...["a/b-", "a/b/c-", "a/b/-c", "a/b/!", "a/b/c!d", "-a:5000/b", "a-:5000/b", "a:/b", "a:5000/"],
        ...["https://a.example/b", " wordpress", "!wordpress", "wordpress ", "wordpress:6.5 --x", "wordpress:6.5\n"],
        ...[
          "wordpress@",
          "wordpress@sha256:",
          "wordpress@sha256:0",
          `wordpress@${digest}0`,
          `wordpress@${digest.slice(0, -1)}`,
        ],
        ...[`wordpress@${digest.toUpperCase()}`, `wordpress@sha256:${"g".repeat(64)}`, `@${digest}`],
      ],
    );
    assert.equal(
      notAllowed("wordpressImage", "WordPress", rule),
      'wordpressImage: "WordPress" is not allowed; expected an image reference: [registry/]name[:tag][@sha256:…]; ' +
        "example: pulumi config set wordpressImage wordpress:6.5-apache",
    );
  });

  it("accept a storage size of at least its minimum, and above 0 without a minimum", () => {
    assertParses(storageSize("1Gi"), ["1Gi", "1024Mi", "1.5Ti"], ["1023Mi", "1G", "0", "1GB", "-1Gi", ""]);
    assertParses(storageSize(), ["1", "2e9", "1Gi"], ["0", "999m", "-1Gi", "1GB", ""]);
    for (const [rule, allowed] of [
      [storageSize("1Gi"), "a Kubernetes quantity of at least 1Gi"],
      [storageSize(), "a Kubernetes quantity above 0"],
    ] as const) {
      assert.equal(
        notAllowed("mariadbStorage", "0", rule),
        `mariadbStorage: "0" is not allowed; expected ${allowed}; example: pulumi config set mariadbStorage 2Gi`,
      );
    }
  });

  it("show an unset value as undefined in a message", () => {
    assert.equal(
      notAllowed("namespace", undefined, { allowed: "a name", example: "wordpress" }),
      'namespace: "undefined" is not allowed; expected a name; example: pulumi config set namespace wordpress',
    );
  });

  it("throw an exception inside a rule, and do not report it as an invalid value", () => {
    const parse = () => {
      throw new TypeError("a bug");
    };
    const fields = { broken: key({ allowed: "", example: "", schema: {}, parse }, { description: "", onChange: "" }) };
    const reader = new Reader(() => false);
    assert.throws(() => reader.read(fields, { broken: "x" }), { name: "TypeError", message: "a bug" });
  });

  it("accept the same CIDRs as Kubernetes", () => {
    assert.deepEqual(egressRule.parse('["10.0.0.0/8","2001:db8::/32","::/0"]'), [
      "10.0.0.0/8",
      "2001:db8::/32",
      "::/0",
    ]);
    const edges = ["10.0.0.7/32", "10.0.0.0/0", "2001:DB8::7/128", "2001:db8::/1"];
    assert.deepEqual(egressRule.parse(JSON.stringify(edges)), edges);
    for (const entry of [
      ...[
        "10.0.0.0/08",
        "10.0.0.0/33",
        "::/129",
        "fe80::%eth0/64",
        "10.0.0/8",
        "10.0.0/0",
        "10.0.0/1",
        "10.0.0.0/",
        "/8",
      ],
      ...["from 10.0.0.0/8", " 10.0.0.0/8", "10.0.0.0/8 ", "10.0.0.0/8/8", "10.0.0.0/8;", ["10.0.0.0/8"], 10, null],
    ]) {
      assert.equal(egressRule.parse(JSON.stringify([entry])), undefined, JSON.stringify(entry));
    }
  });
});
