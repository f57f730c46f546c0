import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { powerShellLines } from "../../lab/cluster/environment";
import { projectRoot } from "../../lab/support/paths";
import { chooseCluster, describeChoice, type Facts } from "../../lab/trial/choice";
import { deployTrial } from "../../lab/trial/deployment";
import { labSettings } from "../../lab/trial/labTrial";
import { closingWords } from "../../lab/trial/words";
import { RecordingPrograms } from "./support/recordingPrograms";

const there = (version: string) => ({ isThere: true, version }) as const;
const dockerIsDown = { isThere: false, problem: "Docker does not answer (no daemon)", remedy: "start it" } as const;
const noKind = { isThere: false, problem: "kind is not on PATH", remedy: "install it" } as const;
const facts: Facts = {
  platform: "linux",
  isLabHere: false,
  isKindTrialHere: false,
  docker: there("28.2.2"),
  kind: there("0.30.0"),
};

describe("choice of a cluster for `npm run try`", () => {
  const choices: readonly (readonly [string, Partial<Facts>, string, string])[] = [
    ["kind where Docker and kind answer", {}, "kind", "Docker 28.2.2 and kind 0.30.0 answer"],
    ["kind on macOS too", { platform: "darwin" }, "kind", "Docker 28.2.2 and kind 0.30.0 answer"],
    ["the lab where Docker does not answer", { docker: dockerIsDown }, "lab", "Docker does not answer (no daemon)"],
    ["the lab where kind is missing", { kind: noKind }, "lab", "kind is not on PATH"],
    [
      "the lab where both are missing, and names both",
      { docker: dockerIsDown, kind: noKind },
      "lab",
      "Docker does not answer (no daemon), kind is not on PATH",
    ],
    [
      "a kind trial whose Docker is stopped",
      { isKindTrialHere: true, docker: dockerIsDown },
      "kind",
      "a kind trial is on this machine already",
    ],
    ["a lab that is on the machine", { isLabHere: true }, "lab", "the lab is on this machine already"],
    ["kind where the lab cannot run", { platform: "win32", kind: noKind }, "kind", "the lab runs on Linux only"],
  ];
  for (const [title, given, cluster, reason] of choices) {
    it(`is ${title}`, () => assert.deepEqual(chooseCluster({ ...facts, ...given }), { cluster, reason }));
  }

  it("is described with its reason and the command for the other cluster", () => {
    assert.equal(
      describeChoice(chooseCluster(facts)),
      "Deploying to a kind cluster, because Docker 28.2.2 and kind 0.30.0 answer. " +
        '"npm run try -- lab" takes the lab of this repository instead.\n',
    );
    assert.equal(
      describeChoice(chooseCluster({ ...facts, kind: noKind })),
      "Deploying to the lab of this repository, because kind is not on PATH. " +
        '"npm run try -- kind" takes a kind cluster instead.\n',
    );
  });
});

describe("trial on the lab", function () {
  this.timeout(60_000);

  it("sets the lab's ReadWriteMany storage class at the first run that gets so far, and keeps your settings later", async () => {
    const programs = new RecordingPrograms();
    const originalPath = process.env.PATH;
    try {
      const cluster = { folder: path.join(programs.folder, "try"), env: {}, settings: labSettings };
      programs.put("pulumi", [{ args: "stack select", code: 1 }]);
      process.env.PATH = programs.path;
      await assert.rejects(deployTrial(cluster));
      programs.put("pulumi", [{ args: "stack output", stdout: '{ "url": "http://192.0.2.1:30007" }' }]);
      for (let round = 0; round < 2; round += 1) await deployTrial(cluster);
      assert.deepEqual(programs.commands(), [
        "pulumi stack select --create dev",
        "pulumi stack select --create dev",
        "pulumi config set-all --path --plaintext contentStorageClass=shared --plaintext contentAccessMode=ReadWriteMany",
        "pulumi up --yes",
        "pulumi stack output --json",
        "pulumi stack select --create dev",
        "pulumi up --yes",
        "pulumi stack output --json",
      ]);
    } finally {
      process.env.PATH = originalPath;
      programs.remove();
    }
  });
});

describe("closing words of `npm run try`", () => {
  it("name the address, the user, and the commands that scale and delete", () => {
    assert.equal(
      closingWords("/home/me/.wordpress-try/program", { url: "http://127.0.0.1:30007", adminUser: "admin" }),
      `
The site answers on http://127.0.0.1:30007. From this folder:

  eval "$(npm run --silent try -- env)" && cd /home/me/.wordpress-try/program

  pulumi stack output adminPassword --show-secrets       # for admin, at http://127.0.0.1:30007/wp-login.php
  pulumi config set wordpressReplicas 3 && pulumi up     # scale
  kubectl --namespace wordpress get pods --output wide   # list the pods
  pulumi destroy                                         # delete the site

"npm run try" deploys your changes of the program. "npm run try -- down", in this folder, deletes the site and the
cluster.
`,
    );
  });

  it("name no password with content per pod", () => {
    assert.doesNotMatch(closingWords("/try", { url: "http://192.0.2.1:30007" }), /adminPassword|undefined/);
  });
});

describe("powerShellLines", () => {
  it("sets variables with their quotes, and unsets those of another stack", () => {
    assert.equal(
      powerShellLines({ KUBECONFIG: "C:\\Users\\O'Neil\\kubeconfig" }),
      "Remove-Item Env:PULUMI_CONFIG_PASSPHRASE -ErrorAction SilentlyContinue\n" +
        "Remove-Item Env:PULUMI_STACK -ErrorAction SilentlyContinue\n" +
        "$env:KUBECONFIG = 'C:\\Users\\O''Neil\\kubeconfig'\n",
    );
  });
});

describe("npm run try", function () {
  this.timeout(60_000);

  it("refuses an unknown command, and lists those that it has", () => {
    const args = ["--require", "tsx/cjs", "lab/try.ts", "minikube"];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stderr, /^\n"minikube" is not a command of `npm run try`\.\n\n[^]*npm run try -- down {5}delete/);
  });
});
