import * as assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { ReleaseWatch } from "../../components/cluster/releaseHooks";

describe("the watch over a release while Helm waits for it", () => {
  let advice: readonly string[] | Error;
  let checks: number;
  let warnings: string[];
  let watch: ReleaseWatch;
  beforeEach(() => {
    advice = [];
    checks = 0;
    warnings = [];
    watch = new ReleaseWatch(
      () => {
        checks += 1;
        return advice instanceof Error ? Promise.reject(advice) : Promise.resolve(advice);
      },
      (text) => Promise.resolve(void warnings.push(text)),
      5,
    );
  });
  afterEach(() => watch.stop());
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await setTimeout(5);
  };

  it("warns of a cause as soon as there is one, once, and of another one when it comes", async () => {
    watch.start();
    await until(() => checks > 1);
    advice = ["load it on w1"];
    await until(() => warnings.length === 1);
    advice = ["load it on w1", "load it on w2"];
    const before = checks;
    await until(() => warnings.length === 2 && checks > before + 2);
    await watch.end();
    assert.deepEqual(warnings, ["load it on w1", "load it on w2"]);
  });

  it("checks once more at the end, since Helm accepts a DaemonSet with one pod that is not ready", async () => {
    advice = ["load it on w1"];
    await watch.end();
    assert.deepEqual(warnings, ["load it on w1"]);
  });

  for (const way of ["stop", "end"] as const) {
    it(`checks no more after ${way}`, async () => {
      watch.start();
      await until(() => checks > 0);
      await watch[way]();
      const before = checks;
      await setTimeout(50);
      assert.equal(checks, before);
    });
  }

  it("goes on where the cluster cannot be read, and says so at the end alone", async () => {
    advice = new Error("connection refused");
    watch.start();
    await until(() => checks > 2);
    assert.deepEqual(warnings, []);
    await watch.end();
    assert.deepEqual(warnings, ["Whether all pods run could not be read: connection refused"]);
  });
});
