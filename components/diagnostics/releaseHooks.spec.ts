import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { mock } from "node:test";
import { setTimeout } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { moduleRemedy } from "../storage/openebs/nodeModule";
import { releaseHooks, ReleaseWatch } from "./releaseHooks";
import { registeredBy } from "../../tests/support/mocks";

describe("release hooks", () => {
  const { PATH } = process.env;
  let folder: string;
  before(() => {
    const pod = {
      metadata: { name: "csi-node-a", labels: { app: "csi-node" } },
      spec: { nodeName: "w1" },
      status: {
        containerStatuses: [{ name: "csi-node", restartCount: 1, lastState: { terminated: { exitCode: 1 } } }],
      },
    };
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubectl-"));
    fs.writeFileSync(
      path.join(folder, "kubectl"),
      `#!/bin/sh\ncase "$*" in *" logs "*) echo "Error: Failed to detect nvme_tcp kernel module." ;; *) echo '${JSON.stringify({ items: [pod] })}' ;; esac\n`,
      { mode: 0o755 },
    );
    process.env.PATH = `${folder}:${PATH}`;
  });
  after(() => {
    process.env.PATH = PATH;
    fs.rmSync(folder, { recursive: true });
  });
  afterEach(() => mock.restoreAll());

  for (const [begins, ends] of [
    ["beforeCreate", "afterCreate"],
    ["beforeUpdate", "afterUpdate"],
  ] as const) {
    it(`warn in ${ends} of a node that lacks the kernel module, although Helm accepted the release`, async () => {
      const warn = mock.method(pulumi.log, "warn", () => Promise.resolve());
      const release = { title: "OpenEBS", name: "openebs", namespace: "openebs", remedies: [moduleRemedy] };
      await registeredBy(async () => {
        const hooks = releaseHooks("failure", { context: "shop", kubeconfig: "/does/not/exist" }, release);
        assert.equal(hooks.onError.length, 1);
        hooks[begins].forEach((begin) => begin());
        await Promise.all(hooks[ends].map((end) => end()));
      });
      const texts = warn.mock.calls.map(({ arguments: [text] }) => String(text));
      assert.equal(texts.length, 1);
      assert.match(texts[0] ?? "", /^OpenEBS's csi-node does not run on w1: .*sudo modprobe nvme-tcp$/);
    });
  }
});

describe("release watch", () => {
  let remedies: readonly string[] | Error;
  let checks: number;
  let warnings: string[];
  let watch: ReleaseWatch;
  beforeEach(() => {
    remedies = [];
    checks = 0;
    warnings = [];
    watch = new ReleaseWatch(
      () => {
        checks += 1;
        return remedies instanceof Error ? Promise.reject(remedies) : Promise.resolve(remedies);
      },
      (text) => Promise.resolve(void warnings.push(text)),
      5,
    );
  });
  afterEach(() => watch.stop());
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await setTimeout(5);
  };

  it("warns once of each cause, as soon as it appears", async () => {
    watch.start();
    await until(() => checks > 1);
    remedies = ["load it on w1"];
    await until(() => warnings.length === 1);
    remedies = ["load it on w1", "load it on w2"];
    const before = checks;
    await until(() => warnings.length === 2 && checks > before + 2);
    await watch.end();
    assert.deepEqual(warnings, ["load it on w1", "load it on w2"]);
  });

  it("checks a last time at the end, since Helm accepts a DaemonSet with one pod that is not ready", async () => {
    remedies = ["load it on w1"];
    await watch.end();
    assert.deepEqual(warnings, ["load it on w1"]);
  });

  for (const way of ["stop", "end"] as const) {
    it(`stops checking after ${way}`, async () => {
      watch.start();
      await until(() => checks > 0);
      await watch[way]();
      const before = checks;
      await setTimeout(50);
      assert.equal(checks, before);
    });
  }

  it("continues when the cluster cannot be read, and warns of that only at the end", async () => {
    remedies = new Error("connection refused");
    watch.start();
    await until(() => checks > 2);
    assert.deepEqual(warnings, []);
    await watch.end();
    assert.deepEqual(warnings, ["The pods' state could not be read: connection refused"]);
  });
});
