import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";
import { tree } from "../../stacks/config/tree";
import { valueKeys } from "../support/valueKeys";

interface Manager {
  readonly managerFilePatterns: readonly string[];
  readonly matchStrings: readonly string[];
}

const { customManagers } = JSON.parse(fs.readFileSync(path.join(projectRoot, "renovate.json"), "utf8")) as {
  readonly customManagers: readonly Manager[];
};
/** A match of Renovate in a file: the place of the version, and its dependency. */
function found(pattern: string, content: string) {
  return [...content.matchAll(new RegExp(pattern, "gd"))].map(({ groups, indices }) => ({
    name: groups?.depName,
    version: groups?.currentValue ?? "",
    at: indices?.groups?.currentValue,
  }));
}

describe("renovate.json", () => {
  for (const { managerFilePatterns, matchStrings } of customManagers) {
    it(`finds a version in ${managerFilePatterns.join(" and ")} by ${matchStrings.join(" or ")}`, () => {
      for (const file of managerFilePatterns) {
        const content = fs.readFileSync(path.join(projectRoot, file), "utf8");
        const versions = matchStrings.flatMap((pattern) => found(pattern, content));
        assert.ok(versions.length > 0 && versions.every(({ version }) => version !== ""), file);
      }
    });
  }

  const images = valueKeys(tree).filter(([path]) => /image$/i.test(path));
  const ofKeys = customManagers
    .flatMap(({ managerFilePatterns, matchStrings }) =>
      managerFilePatterns.map((file) => ({ file, matchStrings })).filter(({ file }) => file.endsWith("/keys.ts")),
    )
    .flatMap(({ file, matchStrings }) => {
      const text = fs.readFileSync(path.join(projectRoot, file), "utf8");
      return matchStrings.flatMap((pattern) => found(pattern, text).map((one) => ({ ...one, text })));
    });

  it("finds the default of every image and chart among the keys exactly once, and nothing else", () => {
    assert.deepEqual(
      ofKeys.map(({ name, version }) => (name === undefined ? version : `${name}:${version}`)).sort(),
      [...images.map(([, image]) => image.default), tree.storage.fields.chartVersion.default].sort(),
    );
  });

  it("changes a default image completely, because it is written once", () => {
    for (const { name, version, at, text } of ofKeys.filter((one) => one.name !== undefined)) {
      assert.equal(text.split(`"${name}:${version}"`).length - 1, 1, `${name}:${version}`);
      assert.equal(text.slice(...(at ?? [])), version);
    }
    for (const [, { rule, default: image }] of images) assert.equal(rule.example, image);
  });
});
