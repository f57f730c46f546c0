import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";
import { rules } from "../../policy/rules";
import { failure } from "../support/failure";
import { record } from "../support/reliability";
import { subjects } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

const pack = ["--policy-pack", path.join(projectRoot, "policy")];

/** A program that breaks every rule. At preview its password is unknown, which must hide no violation. */
const badProgram = `
import * as k8s from "@pulumi/kubernetes";
import * as random from "@pulumi/random";

const { result } = new random.RandomPassword("password", { length: 20 });
new k8s.core.v1.Namespace("namespace", { metadata: { name: "wordpress" } });
new k8s.core.v1.ConfigMap("config", { metadata: { namespace: "wordpress" }, data: { password: result } });
const data = { stringData: { password: result } };
new k8s.core.v1.Secret("secret", data);
new k8s.apiextensions.CustomResource("open-secret", { apiVersion: "v1", kind: "Secret", ...data });
const env = [{ name: "MARIADB_PASSWORD", value: result }];
new k8s.core.v1.Pod("pod", {
  metadata: { namespace: "wordpress" },
  spec: { containers: [{ name: "app", image: "mariadb", env }] },
});
`;

describe("policy pack", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;

  before(async () => {
    site = await RecordedSite.start({});
  });
  after(() => site.stop());

  it("accepts the dev stack, all of which it can check at preview", async () => {
    const { output } = await site.project.preview(...pack);
    assert.match(output, /wordpress@v1\.0\.0/);
    assert.doesNotMatch(output, /\[mandatory\]|\[advisory\]|can't run policy/);
  });

  it("refuses a stack whose image has the tag latest", async () => {
    await site.project.configure({ wordpressImage: "wordpress:latest" });
    assert.deepEqual(broken(await failure(site.project.preview(...pack))), [
      "no-latest-tag wordpress-shared-content-fill",
      "no-latest-tag wordpress-shared-cron-job",
      "no-latest-tag wordpress-shared-extensions",
      "no-latest-tag wordpress-shared-installer-install",
      "no-latest-tag wordpress-shared-pods",
    ]);
  });

  it("stops an up without preview before it creates the first pod with the tag latest", async () => {
    site.begin();
    await failure(site.project.up(...pack));
    const made = subjects(site.calls, "create");
    assert.ok(made.includes("Namespace/wordpress"), made.join());
    assert.deepEqual(
      made.filter((name) => /^(Deployment|Job|CronJob)\/(?!wordpress-cache$)/.test(name)),
      [],
    );
  });

  it("applies production rules to the configured stacks", async () => {
    await site.project.configure({ wordpressImage: "wordpress:7.1-php8.4-apache" });
    const file = site.project.inFolder("policy.json");
    fs.writeFileSync(file, JSON.stringify({ "retain-in-production": { stacks: ["d*"] } }));
    assert.deepEqual(broken(await failure(site.project.preview(...pack, "--policy-pack-config", file))), [
      "retain-in-production namespace",
      "retain-in-production wordpress-shared-content-claim",
    ]);
  });

  it("finds a violation of every rule in a program that breaks them all", async () => {
    fs.writeFileSync(site.project.inFolder("index.ts"), badProgram);
    const file = site.project.inFolder("policy.json");
    const found = broken(await failure(site.project.preview(...pack, "--policy-pack-config", file)));
    assert.deepEqual(found, [
      "limits-set pod",
      "no-latest-tag pod",
      "no-plain-secrets config",
      "no-plain-secrets open-secret",
      "no-plain-secrets pod",
      "restricted pod",
      "retain-in-production namespace",
    ]);
    const ruleNames = [...new Set(found.map((finding) => finding.split(" ")[0]))];
    assert.deepEqual(ruleNames, rules.map(({ name }) => name).sort());
    record("Security", {
      fault:
        "the policy pack on a program that breaks each of its rules: tag `latest`, no limits, plain secrets, not restricted, no retention",
      holds: "`pulumi preview --policy-pack` refuses it and names rule and object; the dev stack passes",
      measured: `${found.length} findings`,
    });
  });
});

/** Violations of mandatory rules, as `rule name`. */
function broken(output: string): string[] {
  const lines = output.matchAll(/\[mandatory\] +(\S+) +\(\S+ (\S+)\)$/gm);
  return [...new Set([...lines].map(([, rule, name]) => `${rule} ${name}`))].sort();
}
