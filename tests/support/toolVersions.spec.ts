import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { pulumiVersion } from "../../lab/pulumi/cli";
import { projectRoot } from "../../lab/support/paths";

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly env?: { readonly KIND_VERSION?: string }; readonly steps: readonly Step[] }>
  >;
}

interface Step {
  readonly uses?: string;
}

const read = (file: string) => fs.readFileSync(path.join(projectRoot, file), "utf8");
const workflow = parse(read(".github/workflows/ci.yml")) as Workflow;
const devcontainer = read(".devcontainer/devcontainer.json");

/** The version that the devcontainer installs a feature in. */
const featureVersion = (feature: string) =>
  new RegExp(`/${feature}:1": \\{ "version": "([^"]+)"`).exec(devcontainer)?.[1];

describe("versions of tools in the workflow and the devcontainer", () => {
  it("has one version of kind in both", () => {
    const versions = Object.values(workflow.jobs).flatMap(({ env }) => env?.KIND_VERSION ?? []);
    assert.deepEqual([...new Set([...versions, featureVersion("kind")])], [featureVersion("kind")]);
    assert.ok(versions.length > 0);
  });

  it("has the Pulumi CLI of the lab, which is that of the SDK", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Readonly<Record<string, string>> };
    assert.deepEqual([featureVersion("pulumi"), dependencies["@pulumi/pulumi"]], [pulumiVersion, pulumiVersion]);
  });

  it("pins every action to a commit", () => {
    const actions = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    assert.ok(actions.length > 0);
    for (const action of actions) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });
});
