import * as assert from "node:assert";
import { failure } from "../support/failure";
import { record } from "../support/reliability";
import { RecordedSite } from "./support/recordedSite";

/** A bad value of each kind of key, and the message for it. */
const samples = [
  [
    "wordpressReplicas",
    "0",
    /"0" is not allowed; expected a whole number from 1 to 100; example: .* wordpressReplicas 3/,
  ],
  ["dataRetention", "maybe", /"maybe" is not allowed; expected delete or retain; example: /],
  ["wordpressStorage", "1GB", /"1GB" is not allowed; expected .*; example: .* wordpressStorage 2Gi/],
  ["mariadbImage", "mariadb:", /"mariadb:" is not allowed; expected .*; example: .* mariadbImage mariadb:10\.11/],
  ["namespace", "My_Shop", /"My_Shop" is not allowed; expected .*; example: .* namespace /],
  ["fileModifications", "yes", /"yes" is not allowed; expected true or false; example: /],
  [
    "siteUrl",
    "https://$(id)",
    /"https:\/\/\$\(id\)" is not allowed; expected an http or https URL of a host.*; example: /,
  ],
  ["egress", '["10.0.0.0/33"]', /is not allowed; expected open, or a list of at most 100 CIDRs; example: /],
  ["siteHosts", '["A.example"]', /is not allowed; expected a list of host names.*; example: /],
  ["adminEmail", "nobody", /"nobody" is not allowed; expected an e-mail address; example: /],
  ["siteTitle", "two\nlines", /"two\\nlines" is not allowed; expected .*; example: /],
  [
    "storage",
    "fast",
    /"fast" is not allowed; expected an object with the keys engine, .*; example: .* --path storage\./,
  ],
  ["plugins", "akismet", /"akismet" is not allowed; expected a list of .*; example: .* --path 'plugins\[0\]/],
  [
    "pageCache.seconds",
    "5s",
    /"5s" is not allowed; expected a whole number from 1 to 3600; example: .* --path pageCache\.seconds 5/,
  ],
  [
    "adminPassword",
    "hunter2hunter2",
    /is in plain text in the stack file; choose another one and set it as a secret: .* --secret adminPassword/,
  ],
  ["kubernetes:upsertExistingObjects", "yes", /"yes" is not allowed; expected true or false; example: /],
  ["wordpresReplicas", "3", /unknown key; did you mean wordpressReplicas\?/],
] as const;

describe("invalid configuration", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;
  let output: string;

  before(async () => {
    site = await RecordedSite.start({ contentStorageClass: "many" });
    output = await failure(site.up(Object.fromEntries(samples.map(([key, value]) => [key, value]))));
  });
  after(() => site.stop());

  it("is refused before any provider gets a request", () => {
    assert.deepStrictEqual(site.calls, []);
  });

  for (const [key, , told] of samples) {
    it(`is refused with one line about ${key}, which tells the problem and the fix`, () => {
      const [line = "", ...others] = output.split("\n").filter((text) => text.trimStart().startsWith(`- ${key}: `));
      assert.deepStrictEqual(others, []);
      assert.match(line, told);
    });
  }

  it("is refused with one message, which counts the errors", () => {
    assert.match(output, new RegExp(`Invalid configuration \\(${samples.length} errors\\); nothing was changed:`));
    record("Configuration", {
      fault:
        "an invalid value of each type of key, by the real CLI: number, choice, size, image, name, flag, URL, CIDRs, names, e-mail, text, object, list, a key inside an object, a secret in plain text, the provider's own, an unknown key",
      holds: "one message with a line for each, before any provider is asked for anything",
      measured: `${samples.length} lines`,
    });
  });

  it("prints each error once, without a stack trace", () => {
    for (const [key] of samples) assert.strictEqual(output.split(`- ${key}: `).length - 1, 1, key);
    assert.doesNotMatch(output, /^\s+at .*\(.*:\d+:\d+\)/m);
  });

  it("becomes valid by the command that the message shows for a key", async () => {
    const [, command = ""] =
      /wordpressReplicas: .*; example: pulumi (config set wordpressReplicas \S+)/.exec(output) ?? [];
    await site.project.pulumi(...command.split(" "));
    assert.doesNotMatch(await failure(site.preview()), /wordpressReplicas: /);
  });
});
