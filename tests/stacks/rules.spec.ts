import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  egressRule,
  hostNames,
  imageReference,
  imageRegistry,
  siteAddress,
  trueOrFalse,
  webAddress,
} from "../../components/validation";
import { entryKeys } from "../../stacks/extensionSettings";
import {
  type Key,
  keys,
  nodeSshHostKeys,
  nodeSshKeys,
  objectCacheKeys,
  pageCacheKeys,
  poolKeys,
  sharedKeys,
  storageKeys,
} from "../../stacks/keys";
import { topNames } from "../../stacks/settings";
import { load } from "../support/loadedSettings";
import { registeredBy } from "../support/mocks";

/** Texts that mean something to JavaScript, to URLs, to JSON or to a shell. */
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

const groups: readonly Readonly<Record<string, Key<unknown>>>[] = [
  ...[keys, sharedKeys, pageCacheKeys, objectCacheKeys, entryKeys.plugins],
  ...[storageKeys, poolKeys, nodeSshKeys, nodeSshHostKeys],
];

/** Every rule of a key, by the key's name, and with an example that is not cut. */
const rules = groups
  .flatMap((group) => Object.entries(group))
  .map(([name, { rule }]) => ({ name, rule, example: rule.example.replace("…", "A".repeat(40)) }));

/** Texts near a rule's example: parts of it with parts of others. The same in every run. */
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

/** A value as one would type it. */
const typed = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

describe("the rules of all keys", () => {
  before(() => registeredBy(() => undefined));
  afterEach(() => pulumi.runtime.setAllConfig({}));

  for (const { name, rule, example } of rules) {
    it(`take any text for ${name} without an error, and what they make of it a second time`, () => {
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
      assert.ok(taken > 0, "nothing was taken, not even the example");
    });
  }

  it("end in values or in one message, whatever text a key has", () => {
    let refused = 0;
    for (const name of topNames) {
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
    assert.ok(refused > topNames.length, `${refused} refused`);
  });

  it("take no word that objects have by themselves for true or false", () => {
    for (const text of ["__proto__", "constructor", "toString", "valueOf"]) {
      assert.equal(trueOrFalse.parse(text), undefined, text);
    }
  });

  it("refuse ports that are none, in every address that may have one", () => {
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

  it("take no site address that programs read as another one, or not at all", () => {
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

  it("read every site address that they take as a URL", () => {
    for (const text of texts(siteAddress.example)) {
      const siteUrl = siteAddress.parse(text);
      if (siteUrl !== undefined) assert.doesNotThrow(() => new URL(siteUrl), text);
    }
  });

  it("take IP addresses for siteHosts as one types them, and give IPv6 its brackets", () => {
    for (const text of ["2001:db8::7", "[2001:db8::7]", "2001:DB8:0:0::7"]) {
      assert.deepEqual(hostNames.parse(JSON.stringify([text])), ["[2001:db8::7]"], text);
    }
    assert.deepEqual(hostNames.parse('["192.0.2.7","a.example"]'), ["192.0.2.7", "a.example"]);
    for (const text of ["[2001:db8::7]:80", "[2001:db8::7", "fe80::1%eth0", "[a.example]", "1::2::3", "[]"]) {
      assert.equal(hostNames.parse(JSON.stringify([text])), undefined, text);
    }
  });

  it("take CIDRs as Kubernetes does", () => {
    assert.deepEqual(egressRule.parse('["10.0.0.0/8","2001:db8::/32","::/0"]'), [
      "10.0.0.0/8",
      "2001:db8::/32",
      "::/0",
    ]);
    for (const text of ["10.0.0.0/08", "10.0.0.0/33", "::/129", "fe80::%eth0/64", "10.0.0/8"]) {
      assert.equal(egressRule.parse(JSON.stringify([text])), undefined, text);
    }
  });
});
