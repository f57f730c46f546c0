import * as assert from "node:assert/strict";
import { outdatedPods, upgradeSteps } from "../../components/storage/outdatedEngines";

const daemonSet = (uid: string, type: string) => ({ metadata: { name: uid, uid }, spec: { updateStrategy: { type } } });
const owned = (name: string, owner: string, hash: string) => ({
  metadata: { name, uid: name, labels: { "controller-revision-hash": hash }, ownerReferences: [{ uid: owner }] },
});
const revision = (owner: string, hash: string, number: number) => ({ ...owned(hash, owner, hash), revision: number });
const pod = (name: string, owner: string, hash: string) => ({ ...owned(name, owner, hash), status: {} });

const sets = [daemonSet("engine", "OnDelete"), daemonSet("node", "RollingUpdate")];
// In the order of their names, as the API lists them.
const revisions = [revision("engine", "b", 1), revision("engine", "c", 3), revision("engine", "d", 2)];

describe("the pods of OpenEBS after an upgrade of its chart", () => {
  it("are named where their DaemonSet has left them at a previous revision", () => {
    const pods = [pod("engine-2", "engine", "b"), pod("engine-1", "engine", "d"), pod("engine-0", "engine", "c")];
    assert.deepEqual(outdatedPods(sets, revisions, pods), ["engine-1", "engine-2"]);
  });

  it("are none where all have the newest revision, and none of DaemonSets that replace theirs", () => {
    const pods = [pod("engine-0", "engine", "c"), pod("node-0", "node", "x"), pod("other", "nothing", "b")];
    assert.deepEqual(outdatedPods(sets, [...revisions, revision("node", "y", 9)], pods), []);
    assert.deepEqual(outdatedPods(sets, [], pods), []);
  });

  it("are replaced one after the other, by commands that are said", () => {
    const steps = upgradeSteps("prod", ["engine-1", "engine-2"]);
    assert.match(
      steps ?? "",
      /^OpenEBS is upgraded but for its io-engine: engine-1, engine-2 still run the previous version/,
    );
    assert.match(steps ?? "", /\nReplace one after the other\. /);
    const command = "kubectl --context prod --namespace openebs delete pod";
    assert.ok(steps?.endsWith(`\n  ${command} engine-1\n  ${command} engine-2`), steps);
    assert.equal(upgradeSteps("prod", []), undefined);
  });
});
