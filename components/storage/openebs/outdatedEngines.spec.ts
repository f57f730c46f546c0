import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { mock } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { outdatedPods, reportOutdatedEngines, upgradeSteps } from "./outdatedEngines";

const daemonSet = (uid: string, type: string) => ({ metadata: { name: uid, uid }, spec: { updateStrategy: { type } } });
const owned = (name: string, owner: string, hash: string) => ({
  metadata: { name, uid: name, labels: { "controller-revision-hash": hash }, ownerReferences: [{ uid: owner }] },
});
const revision = (owner: string, hash: string, number: number) => ({ ...owned(hash, owner, hash), revision: number });
const pod = (name: string, owner: string, hash: string) => ({ ...owned(name, owner, hash), status: {} });

const sets = [
  ...[daemonSet("engine", "OnDelete"), daemonSet("node", "RollingUpdate")],
  { metadata: { name: "default", uid: "default" }, spec: {} },
];
// In the order of their names, as the API lists them.
const revisions = [revision("engine", "b", 1), revision("engine", "c", 3), revision("engine", "d", 2)];

describe("outdated io-engine pods after an upgrade of OpenEBS", () => {
  it("are pods of a DaemonSet with OnDelete that have a previous revision", () => {
    const pods = [pod("engine-2", "engine", "b"), pod("engine-1", "engine", "d"), pod("engine-0", "engine", "c")];
    assert.deepEqual(outdatedPods(sets, revisions, pods), ["engine-1", "engine-2"]);
    // With a second owner, and without the label of a revision.
    const ownerReferences = [{ uid: "engine" }, { uid: "other" }];
    const shared = { metadata: { name: "engine-3", uid: "engine-3", ownerReferences }, status: {} };
    assert.deepEqual(outdatedPods(sets, revisions, [shared]), ["engine-3"]);
  });

  it("are none if all pods have the newest revision, or their DaemonSet replaces them", () => {
    const pods = [pod("engine-0", "engine", "c"), pod("node-0", "node", "x"), pod("other", "nothing", "b")];
    assert.deepEqual(outdatedPods(sets, [...revisions, revision("node", "y", 9)], pods), []);
    assert.deepEqual(outdatedPods(sets, [], pods), []);
    const byHand = { metadata: { name: "by-hand", uid: "by-hand" }, status: {} };
    assert.deepEqual(outdatedPods(sets, revisions, [byHand]), []);
    const newest = { metadata: { name: "e", uid: "e", ownerReferences: [{ uid: "engine" }] }, revision: 4 };
    assert.deepEqual(outdatedPods(sets, [...revisions, newest], [pod("engine-0", "engine", "b")]), []);
  });

  it("are reported with the commands that replace them one after the other", () => {
    const kubectl = "kubectl --context prod --namespace openebs";
    assert.equal(
      upgradeSteps("prod", ["engine-1", "engine-2"]),
      "OpenEBS is upgraded except for its io-engine: engine-1, engine-2 still run the previous version. Their DaemonSet " +
        "replaces a pod only when it is deleted, because the volumes of its node lack a replica until the new pod runs.\n" +
        "Replace the pods one after the other. Before each one, all pools must be Online and all volumes must have all " +
        "replicas:\n" +
        `  ${kubectl} get diskpools; kubectl openebs mayastor get volumes\n` +
        `  ${kubectl} delete pod engine-1\n  ${kubectl} delete pod engine-2`,
    );
    assert.equal(upgradeSteps("prod", []), undefined);
  });

  describe("read with kubectl", () => {
    const { PATH } = process.env;
    let folder: string;
    beforeEach(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubectl-"));
      process.env.PATH = `${folder}:${PATH}`;
    });
    afterEach(() => {
      mock.restoreAll();
      process.env.PATH = PATH;
      fs.rmSync(folder, { recursive: true });
    });

    /** The warnings with this script as kubectl. */
    const warnings = async (script: string) => {
      fs.writeFileSync(path.join(folder, "kubectl"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const warn = mock.method(pulumi.log, "warn", () => Promise.resolve());
      await reportOutdatedEngines({ context: "prod", kubeconfig: "/does/not/exist" });
      return warn.mock.calls.map(({ arguments: [text] }) => String(text));
    };
    const answer = (kind: string, items: readonly object[]) =>
      `*" get ${kind} --namespace openebs "*) echo '${JSON.stringify({ items })}' ;;`;
    const cluster = (...pods: readonly object[]) =>
      `case "$*" in ${answer("daemonsets", sets)} ${answer("controllerrevisions.apps", revisions)} ${answer("pods", pods)} *) exit 9 ;; esac`;

    it("raise a warning with the commands that replace them", async () => {
      const texts = await warnings(cluster(pod("engine-1", "engine", "d"), pod("engine-0", "engine", "c")));
      assert.deepEqual(texts, [upgradeSteps("prod", ["engine-1"])]);
    });

    it("raise no warning if all pods run the new version", async () => {
      assert.deepEqual(await warnings(cluster(pod("engine-0", "engine", "c"))), []);
    });

    it("raise a warning with kubectl's reason if they cannot be read, and the upgrade succeeds", async () => {
      assert.deepEqual(await warnings('echo "daemonsets is forbidden" >&2; exit 1'), [
        "The versions of OpenEBS's pods could not be read: daemonsets is forbidden",
      ]);
    });
  });
});
