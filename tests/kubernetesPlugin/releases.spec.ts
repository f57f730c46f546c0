import * as assert from "node:assert/strict";
import * as path from "node:path";
import { labEnvironment } from "../../lab/cluster/environment";
import { run } from "../../lab/support/processes";
import { failure } from "../support/failure";
import { ChartRepository } from "../e2e/support/chartRepository";
import { RulesProgram } from "./support/rulesProgram";

const namespace = "rules-releases";

describe("Kubernetes plugin: Helm release", function () {
  this.timeout(10 * 60_000);
  let rules: RulesProgram;
  let charts: ChartRepository;

  before(async () => {
    charts = await ChartRepository.start({ [path.join(__dirname, "small")]: ["1.0.0", "1.1.0"] });
    rules = await RulesProgram.start(namespace);
  });
  after(async () => {
    await rules?.stop();
    charts?.stop();
  });

  /** A program of one release with these arguments. */
  const release = (args: string) => `
    const release = new kubernetes.helm.v3.Release("release", {
      chart: "small", namespace: "${namespace}", repositoryOpts: { repo: "${charts.address}" }, ${args}
    }, options);
    exports.name = release.name;
    exports.status = release.status;
    exports.resources = release.resourceNames;`;
  const helm = async (...args: string[]) => run("helm", [...args, "--namespace", namespace], { env: labEnvironment() });
  const outputs = async () =>
    (await rules.program.outputs()) as {
      name: string;
      status: { status: string; revision: number; version: string; appVersion: string; chart: string };
      resources: Record<string, string[]>;
    };

  it("is refused at preview if the chart is not available", async () => {
    rules.change(release(`name: "own", version: "9.9.9"`));
    const output = await failure(rules.program.preview());
    assert.match(
      output,
      /chart "small" version "9\.9\.9" not found[^]*check the chart name and repository configuration/,
    );
    rules.change(release(`name: "own", repositoryOpts: { repo: "http://127.0.0.1:1" }`));
    assert.match(await failure(rules.program.preview()), /connection refused[^]*check the chart name/);
  });

  it("is installed, and its pod is ready when up ends", async () => {
    await rules.up(release(`name: "own", version: "1.0.0", values: { password: pulumi.secret("hunter2") }`));
    const { status, resources } = await outputs();
    const { revision, chart, version, appVersion } = status;
    assert.deepEqual(
      { status: status.status, revision, chart, version, appVersion },
      { status: "deployed", revision: 1, chart: "small", version: "1.0.0", appVersion: "7" },
    );
    assert.deepEqual(resources, {
      "Deployment.apps/apps/v1": [`${namespace}/own-small`],
      "Secret/v1": ["own-small"],
    });
    const deployment = await rules.object<{ status: { readyReplicas?: number } }>("deployment", "own-small");
    assert.equal(deployment.status.readyReplicas, 1);
  });

  it("keeps secret values secret, and passes them to the chart", async () => {
    assert.ok(!rules.program.stateText().includes("hunter2"));
    const { data } = await rules.object<{ data: { password: string } }>("secret", "own-small");
    assert.equal(Buffer.from(data.password, "base64").toString(), "hunter2");
  });

  it("changes nothing at a second up", async () => {
    const { changes } = await rules.program.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
  });

  it("is upgraded for other values and for another version", async () => {
    const { changes } = await rules.up(release(`name: "own", version: "1.1.0", values: { password: "other" }`));
    assert.equal(changes.update, 1);
    const { status } = await outputs();
    assert.deepEqual([status.revision, status.version, status.status], [2, "1.1.0", "deployed"]);
  });

  it("fails up if it does not become ready, and is fixed by the next up", async () => {
    const broken = `name: "own", version: "1.1.0", timeout: 5, values: { image: "registry.k8s.io/pause:none" }`;
    const output = await failure(rules.up(release(broken)));
    assert.match(output, new RegExp(`Helm release "${namespace}/own" failed to initialize completely`));
    await rules.up(release(`name: "own", version: "1.1.0", values: { password: "other" }`));
    const { status } = await outputs();
    assert.deepEqual([status.revision, status.status], [4, "deployed"]);
  });

  it("is refused if another release has its name", async () => {
    await helm("install", "foreign", "small", "--repo", charts.address);
    const output = await failure(rules.up(release(`name: "foreign"`)));
    assert.match(output, /cannot re-use a name that is still in use/);
    await helm("uninstall", "foreign");
  });

  it("keeps its name if the program removes it, and uses the latest version", async () => {
    await rules.up(release(""));
    const { name, status } = await outputs();
    assert.deepEqual([name, status.version], ["own", "1.1.0"]);
  });

  it("is created again under a generated name after a manual uninstall and a refresh", async () => {
    await helm("uninstall", "own");
    await rules.program.refresh();
    const { changes } = await rules.program.up();
    assert.equal(changes.create, 1);
    const { name } = await outputs();
    assert.match(name, /^release-[0-9a-f]{8}$/);
    assert.deepEqual(await rules.names("deployments"), [`${name}-small`]);
  });

  it("is replaced for another name", async () => {
    await rules.up(release(`name: "other"`));
    assert.deepEqual(await rules.names("deployments"), ["other-small"]);
  });

  it("is uninstalled when it is removed from the program", async () => {
    await rules.up("");
    assert.equal((await helm("list", "--all", "--short")).trim(), "");
    assert.deepEqual(await rules.names("deployments"), []);
  });
});
