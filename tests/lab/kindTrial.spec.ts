import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { createServer } from "node:net";
import * as path from "node:path";
import { parse } from "yaml";
import { UserError } from "../../lab/support/progress";
import { deployTrial } from "../../lab/trial/deployment";
import { clusterConfig, type KindPlace, removeKindTrial, startKindTrial } from "../../lab/trial/kindTrial";
import { askProgram } from "../../lab/trial/programs";
import { siteAddress } from "../../stacks/config/rules";
import { freePort } from "../support/freePort";
import { RecordingPrograms } from "./support/recordingPrograms";

describe("trial on kind", function () {
  this.timeout(60_000);

  const variables = ["KUBECONFIG", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"];
  const originalEnv = { ...process.env };
  const originalWrite = process.stderr.write.bind(process.stderr);
  let programs: RecordingPrograms;
  let place: KindPlace;
  const inPlace = (name: string) => path.join(place.folder, name);

  beforeEach(async () => {
    programs = new RecordingPrograms([...variables, "PULUMI_STACK"]);
    place = { folder: path.join(programs.folder, "place"), port: await freePort() };
    programs.put("docker", [{ args: "version", stdout: "28.2.2\n" }]);
    programs.put("kind", [
      { args: "version", stdout: "kind v0.30.0 go1.24.6 linux/amd64\n" },
      { args: "get clusters", stderr: "No kind clusters found.\n" },
    ]);
    programs.put("kubectl", [{ args: "version", stdout: "Client Version: v1.34.1\n" }]);
    programs.put("pulumi", [
      { args: "version", stdout: "v3.259.0\n" },
      { args: "stack output", stdout: '{ "url": "http://127.0.0.1:30007", "adminUser": "admin" }' },
    ]);
    // The steps' progress would be mixed with Mocha's report.
    process.stderr.write = () => true;
    Object.assign(process.env, { PATH: programs.path, PULUMI_STACK: "other", PULUMI_CONFIG_PASSPHRASE: "other" });
  });

  afterEach(() => {
    process.stderr.write = originalWrite;
    for (const name of ["PATH", "PULUMI_STACK", "PULUMI_CONFIG_PASSPHRASE"]) {
      if (originalEnv[name] === undefined) delete process.env[name];
      else process.env[name] = originalEnv[name];
    }
    programs.remove();
  });

  const clusterIsThere = (more: Parameters<RecordingPrograms["put"]>[1] = []) =>
    programs.put("kind", [
      { args: "version", stdout: "kind v0.30.0\n" },
      { args: "get clusters", stdout: "other\nwordpress-try\n" },
      { args: "get nodes", stdout: "wordpress-try-control-plane\nwordpress-try-worker\nwordpress-try-worker2\n" },
      ...more,
    ]);

  async function userError(work: Promise<unknown>): Promise<string> {
    const error = await work.then(
      () => assert.fail("it succeeded"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof UserError, String(error));
    return error.message;
  }

  it("creates a cluster of three nodes with a kubeconfig of its own", async () => {
    await startKindTrial(place);
    const { args, stdin } = programs.runs().find((run) => run.args[0] === "create") ?? assert.fail("no cluster");
    assert.equal(
      args.join(" "),
      `create cluster --name wordpress-try --config - --kubeconfig ${inPlace("kubeconfig")} --wait 5m`,
    );
    assert.equal(stdin, clusterConfig(place.port));
  });

  it("publishes the site's node port on 127.0.0.1 alone", () => {
    const portMapping = { containerPort: 30007, hostPort: 8081, listenAddress: "127.0.0.1" };
    assert.deepEqual(parse(clusterConfig(8081)), {
      kind: "Cluster",
      apiVersion: "kind.x-k8s.io/v1alpha4",
      nodes: [{ role: "control-plane", extraPortMappings: [portMapping] }, { role: "worker" }, { role: "worker" }],
    });
  });

  it("deploys the dev stack to a file backend, with the address at which kind publishes the site", async () => {
    const outputs = await deployTrial(await startKindTrial(place));
    assert.deepEqual(outputs, { url: "http://127.0.0.1:30007", adminUser: "admin" });
    const runs = programs.runs().filter(({ program, args }) => program === "pulumi" && args[0] !== "version");
    assert.deepEqual(
      runs.map(({ args }) => args.join(" ")),
      [
        "stack select --create dev",
        `config set-all --path --plaintext siteUrl=http://127.0.0.1:${place.port}`,
        "up --yes",
        "stack output --json",
      ],
    );
    for (const { cwd, env } of runs) {
      assert.equal(cwd, fs.realpathSync(inPlace("program")));
      assert.deepEqual(env, {
        KUBECONFIG: inPlace("kubeconfig"),
        PULUMI_BACKEND_URL: `file://${inPlace("state")}?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE: null,
        PULUMI_CONFIG_PASSPHRASE_FILE: inPlace("passphrase"),
        PULUMI_STACK: null,
      });
    }
    assert.ok(fs.statSync(inPlace("state")).isDirectory());
    assert.match(fs.readFileSync(inPlace("passphrase"), "utf8"), /^[0-9a-f]{32}\n$/);
    for (const file of ["index.ts", "Pulumi.dev.yaml", "components"])
      assert.ok(fs.existsSync(inPlace(`program/${file}`)));
  });

  it("has an address that the program accepts as siteUrl", async () => {
    const { settings } = await startKindTrial(place);
    const [, address = ""] = settings[0]?.split("=") ?? [];
    assert.equal(siteAddress.parse(address), address);
  });

  it("reuses the cluster, with the settings and the passphrase that are there", async () => {
    await deployTrial(await startKindTrial(place));
    const passphrase = fs.readFileSync(inPlace("passphrase"), "utf8");
    const before = programs.commands().length;
    clusterIsThere();
    await deployTrial(await startKindTrial(place));
    const kubeconfig = inPlace("kubeconfig");
    assert.deepEqual(
      programs
        .commands()
        .slice(before)
        .filter((command) => !/^\S+ version/.test(command)),
      [
        "kind get clusters",
        "kind get nodes --name wordpress-try",
        "docker start wordpress-try-control-plane wordpress-try-worker wordpress-try-worker2",
        `kind export kubeconfig --name wordpress-try --kubeconfig ${kubeconfig}`,
        `kubectl --kubeconfig ${kubeconfig} wait nodes --all --for condition=Ready --timeout 3m`,
        "pulumi stack select --create dev",
        "pulumi up --yes",
        "pulumi stack output --json",
      ],
    );
    assert.equal(fs.readFileSync(inPlace("passphrase"), "utf8"), passphrase);
  });

  it("names every program that is missing, with its installation page, and creates nothing", async () => {
    programs.put("docker", [{ args: "version", stderr: "Cannot connect to the Docker daemon.\n", code: 1 }]);
    programs.put("pulumi", [{ args: "version", stdout: "v3.99.1\n" }]);
    for (const name of ["kind", "kubectl"]) programs.delete(name);
    assert.equal(
      await userError(startKindTrial(place)),
      `A trial on kind is not possible yet:
  - Docker does not answer (Cannot connect to the Docker daemon.): start Docker Desktop, or on Linux: sudo systemctl start docker
  - kind is not on PATH: install it: https://kind.sigs.k8s.io/docs/user/quick-start/#installation
  - kubectl is not on PATH: install it: https://kubernetes.io/docs/tasks/tools/
  - The Pulumi CLI is version 3.99.1, and the program needs 3.259.0 or later: install a later one: https://www.pulumi.com/docs/iac/download-install/

"npm run try -- lab" needs none of them: it builds its own cluster.`,
    );
    assert.ok(!fs.existsSync(place.folder));
    assert.ok(programs.commands().every((command) => /^(docker|pulumi) version/.test(command)));
  });

  it("says how a user gets permission to use Docker", async () => {
    programs.put("docker", [{ args: "version", stderr: "permission denied while trying to connect\n", code: 1 }]);
    assert.match(await userError(startKindTrial(place)), /sudo usermod --append --groups docker \$USER/);
  });

  it("refuses a port that is taken, and creates nothing", async () => {
    const server = createServer().listen(place.port, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      assert.equal(
        await userError(startKindTrial(place)),
        `Port ${place.port} of 127.0.0.1 is taken, and the site needs it. Find the process that listens there, end it, and try ` +
          `again:\n\n  lsof -nP -iTCP:${place.port} -sTCP:LISTEN`,
      );
      assert.ok(!programs.commands().some((command) => command.startsWith("kind create")));
    } finally {
      server.close();
    }
  });

  it("shows kind's own words where kind cannot create the cluster, and stays repeatable", async () => {
    const words = "ERROR: failed to create cluster: could not find a log line\n";
    programs.put("kind", [
      { args: "version", stdout: "kind v0.30.0\n" },
      { args: "create", stderr: words, code: 1 },
    ]);
    const message = await userError(startKindTrial(place));
    assert.match(
      message,
      /^kind could not create the cluster "wordpress-try":\nERROR: failed to create cluster: could/,
    );
    assert.match(
      message,
      /https:\/\/kind\.sigs\.k8s\.io\/docs\/user\/known-issues\/\nThen try again: npm run try -- kind$/,
    );
    programs.put("kind", [{ args: "version", stdout: "kind v0.30.0\n" }]);
    await startKindTrial(place);
  });

  it("explains a port that Docker cannot publish", async () => {
    const words = "Bind for 127.0.0.1:30007 failed: port is already allocated\n";
    programs.put("kind", [
      { args: "version", stdout: "kind v0.30.0\n" },
      { args: "create", stderr: words, code: 1 },
    ]);
    assert.match(await userError(startKindTrial(place)), /Port \d+ of 127\.0\.0\.1 is taken, and the site needs it/);
  });

  it("refuses a cluster of this name without its state, and says how to delete it", async () => {
    clusterIsThere();
    const message = await userError(startKindTrial(place));
    assert.match(message, /^kind has a cluster "wordpress-try" whose state is not in /);
    assert.match(message, /\n\n {2}npm run try -- down && npm run try -- kind$/);
    assert.ok(!programs.commands().some((command) => /^kind (create|delete)/.test(command)));
  });

  it("says what to do with a cluster that does not start again", async () => {
    await startKindTrial(place);
    clusterIsThere();
    programs.put("kubectl", [
      { args: "version", stdout: "v1.34.1\n" },
      {
        args: "--kubeconfig",
        stderr: "error: timed out waiting for the condition on nodes/wordpress-try-worker\n",
        code: 1,
      },
    ]);
    const message = await userError(startKindTrial(place));
    assert.match(
      message,
      /^The kind cluster "wordpress-try" does not start: kubectl .* ended with 1:\nerror: timed out/,
    );
    assert.match(message, /npm run try -- down && npm run try -- kind$/);
  });

  it("says after a failed `pulumi up` how to go on in the program's copy", async () => {
    const cluster = await startKindTrial(place);
    programs.put("pulumi", [{ args: "up", code: 255 }]);
    const message = await userError(deployTrial(cluster));
    assert.match(message, /^`pulumi up --yes` failed\.\n/);
    assert.ok(message.includes(`  eval "$(npm run --silent try -- env)" && cd ${inPlace("program")}\n`));
  });

  it("is deleted with its cluster, its state and its folder", async () => {
    await deployTrial(await startKindTrial(place));
    clusterIsThere();
    assert.equal(await removeKindTrial(place), true);
    assert.equal(
      programs.commands().at(-1),
      `kind delete cluster --name wordpress-try --kubeconfig ${inPlace("kubeconfig")}`,
    );
    assert.ok(!fs.existsSync(place.folder));
  });

  it("leaves clusters of other names and says that there was nothing to delete", async () => {
    programs.put("kind", [
      { args: "version", stdout: "kind v0.30.0\n" },
      { args: "get clusters", stdout: "kind\nwordpress-try-2\n" },
    ]);
    assert.equal(await removeKindTrial(place), false);
    assert.ok(!programs.commands().some((command) => command.startsWith("kind delete")));
  });

  it("keeps its folder while Docker is down, because the cluster cannot be deleted", async () => {
    await startKindTrial(place);
    programs.put("docker", [{ args: "version", stderr: "Cannot connect\n", code: 1 }]);
    assert.match(
      await userError(removeKindTrial(place)),
      /^The kind cluster "wordpress-try" cannot be deleted:\n {2}- Docker/,
    );
    assert.ok(fs.existsSync(inPlace("passphrase")));
  });

  it("reads a version in whatever a program prints around it", async () => {
    const versions = [];
    for (const name of ["docker", "kind", "kubectl", "pulumi"] as const) versions.push(await askProgram(name));
    assert.deepEqual(
      versions,
      ["28.2.2", "0.30.0", "1.34.1", "3.259.0"].map((version) => ({ isThere: true, version })),
    );
  });
});
