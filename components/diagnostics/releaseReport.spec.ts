import { moduleRemedy } from "../storage/openebs/nodeModule";
import * as assert from "node:assert/strict";
import type { Pod } from "../kubernetes/objects";
import { explainRelease, readRelease, readReleasePods, releaseRemedies, type ReleaseFacts } from "./releaseReport";
import { SmallKubectl } from "../../tests/support/smallKubectl";

describe("release report", () => {
  const record = (status: string) => ({ metadata: { name: "sh.helm.release.v1", uid: "1", labels: { status } } });
  const release = { title: "OpenEBS", name: "openebs", namespace: "openebs", remedies: [moduleRemedy] };
  const explain = (facts: Partial<ReleaseFacts>) =>
    explainRelease({ context: "shop", release, records: [], pods: [], events: [], logLines: {}, ...facts });

  it("tells to uninstall after Helm was interrupted in an installation, which has no data yet", () => {
    assert.equal(
      explain({ records: [{ metadata: { name: "by-hand", uid: "2" } }, record("pending-install")] }),
      "OpenEBS's release is unfinished (pending-install): Helm was interrupted, and the release stays locked.\n" +
        "No data is on it yet; uninstall it: helm uninstall openebs --namespace openebs --kube-context shop --wait\n" +
        "Then run again: pulumi up",
    );
  });

  it("tells to roll back after Helm was interrupted in an upgrade, which has data", () => {
    const text = explain({ records: [record("deployed"), record("pending-upgrade")] });
    assert.match(text, /previous revision: helm rollback openebs --namespace openebs --kube-context shop --wait\n/);
    assert.ok(!text.includes("uninstall"));
  });

  it("names the pod that is not ready, with the cluster's reason", () => {
    const state = { waiting: { reason: "ImagePullBackOff", message: "not found" } };
    const container = { name: "io-engine", image: "io-engine:x", ready: false, restartCount: 0, state };
    const pods: Pod[] = [
      { metadata: { name: "engine-1", uid: "1" }, status: { containerStatuses: [container] } },
      { metadata: { name: "engine-2", uid: "2" }, status: { conditions: [{ type: "Ready", status: "True" }] } },
    ];
    assert.equal(
      explain({ pods, records: [record("failed")] }),
      "OpenEBS did not come up:\n" +
        '  - pod engine-1 cannot pull the image "io-engine:x" (ImagePullBackOff): not found\n' +
        "Inspect: kubectl --context shop --namespace openebs get pods; kubectl --context shop --namespace openebs get events\n" +
        "Fix the cause, then run again: pulumi up",
    );
  });

  const csiNode = (name: string, nodeName: string, exitCode = 1): Pod => ({
    metadata: { name, uid: name, labels: { app: "csi-node" } },
    spec: { nodeName },
    status: {
      containerStatuses: [
        {
          ...{ name: "csi-node", image: "csi-node:x", ready: false, restartCount: 4 },
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: { terminated: { exitCode } },
        },
      ],
    },
  });
  const noModule = "Error: Failed to detect nvme_tcp kernel module. Run `modprobe nvme_tcp` to load the kernel module.";
  const remedies =
    "OpenEBS's csi-node does not run on w1, w2: no pod there can mount a replicated volume. It needs the kernel module nvme-tcp, and " +
    "starts by itself within five minutes after that is loaded. On each of these nodes: " +
    "echo nvme-tcp | sudo tee /etc/modules-load.d/nvme-tcp.conf && sudo modprobe nvme-tcp";

  it("names the nodes that lack the kernel module, with the log line and the command", () => {
    const pods = [csiNode("csi-node-b", "w2"), csiNode("csi-node-a", "w1")];
    const ended = "container csi-node exited with code 1 and was restarted 4 times";
    assert.equal(
      explain({ pods, logLines: { "csi-node": [noModule] }, records: [record("failed")] }),
      "OpenEBS did not come up:\n" +
        `  - pod csi-node-b on node w2 ${ended}\n` +
        `  - pod csi-node-a on node w1 ${ended}\n` +
        `    | ${noModule}\n` +
        `What to do: ${remedies}\n` +
        "Inspect: kubectl --context shop --namespace openebs get pods; kubectl --context shop --namespace openebs get events\n" +
        "Fix the cause, then run again: pulumi up",
    );
  });

  it("names no nodes of pods that have not failed, and none for other causes", () => {
    const etcd = { ...csiNode("etcd-0", "w3"), metadata: { name: "etcd-0", uid: "1", labels: { app: "etcd" } } };
    const ready = { ...csiNode("c", "w4").status, conditions: [{ type: "Ready", status: "True" }] };
    const pods = [
      ...[csiNode("csi-node-b", "w2"), csiNode("csi-node-a", "w1"), csiNode("csi-node-d", "w5", 0), etcd],
      { ...csiNode("csi-node-c", "w4"), status: ready },
    ];
    const logLines = { "csi-node": ["Error: exit status 1", noModule], etcd: ["panic: no space"] };
    assert.deepEqual(releaseRemedies({ pods, logLines }, release.remedies), [remedies]);
    assert.deepEqual(
      releaseRemedies({ pods, logLines: { etcd: [noModule.replace("nvme_tcp", "other")] } }, release.remedies),
      [],
    );
  });

  it("reads only the logs of failed pods, by their app", async () => {
    const pods = [
      ...[csiNode("csi-node-a", "w1"), csiNode("csi-node-b", "w2")],
      { ...csiNode("without-label", "w3"), metadata: { name: "without-label", uid: "3" } },
      { metadata: { name: "starts", uid: "2", labels: { app: "starts" } }, status: {} },
    ];
    const asked: string[] = [];
    const kubectl = {
      list: () => Promise.resolve(pods as never[]),
      run: ([, , namespace, pod = ""]: readonly string[]) => {
        asked.push(`${namespace}/${pod}`);
        return Promise.resolve(
          pod.startsWith("csi-node") ? `starting\n${noModule}\n   0: anyhow::error::msg\n` : "bye",
        );
      },
    };
    const read = await readReleasePods(kubectl, { namespace: "openebs", remedies: [moduleRemedy] });
    assert.deepEqual(read.pods, pods);
    assert.deepEqual(read.logLines, { "csi-node": [noModule], "without-label": ["bye"] });
    assert.deepEqual([...new Set(asked)].sort(), [
      ...["openebs/csi-node-a", "openebs/csi-node-b", "openebs/without-label"],
    ]);
  });

  it("reads only the release's own records, pods, and events", async () => {
    const inNamespace = (name: string, namespace: string, labels = {}) => ({
      metadata: { name, namespace, uid: `${namespace}-${name}`, labels },
    });
    const ofHelm = (name: string, namespace: string, status: string) =>
      inNamespace(`sh.helm.release.v1.${name}.v1`, namespace, { owner: "helm", name, status });
    const event = (namespace: string, lastTimestamp: string) => ({
      ...inNamespace(`engine-1.${lastTimestamp}`, namespace),
      ...{ type: "Warning", lastTimestamp, message: `of ${namespace}` },
      involvedObject: { kind: "Pod", name: "engine-1" },
    });
    const pod = (name: string, namespace: string) => ({ ...inNamespace(name, namespace), status: {} });
    const [later, earlier] = [event("openebs", "2026-01-01T00:00:02Z"), event("openebs", "2026-01-01T00:00:01Z")];
    const kubectl = new SmallKubectl({
      secrets: [
        ...[ofHelm("openebs", "openebs", "deployed"), ofHelm("openebs", "wordpress", "pending-install")],
        ...[
          ofHelm("openebs-extra", "openebs", "pending-upgrade"),
          inNamespace("token", "openebs", { name: "openebs" }),
        ],
      ],
      pods: [pod("engine-1", "openebs"), pod("engine-1", "wordpress"), pod("wordpress-0", "wordpress")],
      events: [later, event("wordpress", "2026-01-01T00:00:03Z"), earlier],
    });
    const facts = await readRelease(kubectl, "shop", release);
    assert.deepEqual(facts, {
      ...{ context: "shop", release },
      records: [ofHelm("openebs", "openebs", "deployed")],
      pods: [pod("engine-1", "openebs")],
      events: [earlier, later],
      logLines: {},
    });
  });

  it("refers to Pulumi's message when the cluster gives no reason", () =>
    assert.match(explain({}), /see Pulumi's own message below/));
});
