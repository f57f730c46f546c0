import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";
import { goldenDifference, goldenFile, goldenStacks, renderGolden, renderResource } from "../support/golden";
import type { Registered } from "../support/mocks";
import { asSecret } from "../support/properties";

describe("golden files", () => {
  for (const stack of goldenStacks) {
    it(`tests/golden/${stack}.yaml lists the resources of Pulumi.${stack}.yaml`, async () => {
      const file = path.relative(projectRoot, goldenFile(stack));
      const { expected, actual } = goldenDifference(
        fs.readFileSync(goldenFile(stack), "utf8"),
        await renderGolden(stack),
      );
      assert.equal(
        actual,
        expected,
        `The resources of Pulumi.${stack}.yaml differ from ${file}. If you meant this change, run \`npm run golden\` and commit the file.`,
      );
    });
  }
});

describe("renderResource", () => {
  const render = (inputs: Record<string, unknown>, options: Partial<Registered> = {}) =>
    renderResource({
      ...{ type: "a:b:C", name: "c", inputs, protect: false, ignoreChanges: [], secretOutputs: ["left out"] },
      ...options,
    });
  const head = "type: a:b:C\nname: c\n";

  it("renders inputs, and only those options that are set", () => {
    assert.equal(render({ spec: { replicas: 2 } }), `${head}inputs:\n  spec:\n    replicas: 2\n`);
    assert.equal(
      render({}, { protect: true, ignoreChanges: ["spec"], timeouts: { create: "1m", update: "" } }),
      `${head}inputs: {}\nprotect: true\nignoreChanges:\n  - spec\ntimeouts:\n  create: 1m\n  update: ""\n`,
    );
  });

  it("renders a text of several lines as its SHA-256", () => {
    assert.equal(
      render({ data: { "a.conf": "hello\nworld" } }),
      `${head}inputs:\n  data:\n    a.conf:\n      sha256: 26c60a61d01db5836ca70fefd44a6a016620413c8ef5f259a6c5612d4f79d3b8\n`,
    );
  });

  it("renders JSON in a text as a mapping", () => {
    assert.equal(render({ text: '{"a":[1]}' }), `${head}inputs:\n  text:\n    json:\n      a:\n        - 1\n`);
  });

  it("marks a secret", () => {
    assert.equal(render({ text: asSecret({ a: "b" }) }), `${head}inputs:\n  text:\n    secret:\n      a: b\n`);
  });

  it("keeps a long text on one line", () => {
    const text = "word ".repeat(50).trim();
    assert.equal(render({ text }), `${head}inputs:\n  text: ${text}\n`);
  });
});

describe("goldenDifference", () => {
  it("leaves out the resources that are equal", () => {
    assert.deepEqual(
      goldenDifference("name: a\n---\nname: b\n---\nname: c\n", "name: a\n---\nname: B\n---\nname: c\n"),
      {
        expected: "name: b\n",
        actual: "name: B\n",
      },
    );
  });

  it("shows a resource that only one side has", () => {
    assert.deepEqual(goldenDifference("name: a\n", "name: a\n---\nname: b\n"), { expected: "", actual: "name: b\n" });
  });
});
