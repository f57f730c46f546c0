import * as assert from "node:assert";
import { failure } from "../support/failure";
import { RecordedSite } from "./support/recordedSite";

describe("a configuration that is not allowed", function () {
  this.timeout(6 * 60_000);
  let site: RecordedSite;
  let output: string;

  before(async () => {
    site = await RecordedSite.start();
    output = await failure(
      site.up({ wordpressReplicas: "0", dataRetention: "maybe", wordpresReplicas: "3", storage: "fast" }),
    );
  });
  after(() => site.stop());

  it("is refused before any provider is asked for anything", () => {
    assert.deepStrictEqual(site.calls, []);
  });

  it("names key, value, what is allowed, and an example to type", () => {
    assert.ok(
      output.includes(
        'wordpressReplicas: "0" is not allowed; expected a whole number from 1 to 100; ' +
          "example: pulumi config set wordpressReplicas 3",
      ),
      output,
    );
    assert.match(output, /dataRetention: "maybe" is not allowed; expected delete or retain;/);
  });

  it("names the key that was meant", () => {
    assert.match(output, /wordpresReplicas: .* did you mean wordpressReplicas\?/);
  });

  it("says of an object what keys are in it", () => {
    assert.match(
      output,
      /storage: .* expected an object with the keys engine, .*; example: pulumi config set --path storage\./,
    );
  });

  it("prints each finding once, and no stack trace", () => {
    assert.strictEqual(output.split('wordpressReplicas: "0"').length - 1, 1);
    assert.doesNotMatch(output, /^\s+at .*\(.*:\d+:\d+\)/m);
  });

  it("is mended with the command that the message shows", async () => {
    await site.project.pulumi("config", "set", "wordpressReplicas", "3");
    assert.doesNotMatch(await failure(site.preview()), /wordpressReplicas: /);
  });
});
