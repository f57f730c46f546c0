import * as assert from "node:assert/strict";
import { explain as explainWorkload, hasFailed, nodesOf, readWorkload, type WorkloadFacts } from "./workload";
import type { AnyObject, Claim, ContainerStatus, Event, Pod } from "../kubernetes/objects";
import { SmallKubectl } from "../../tests/support/smallKubectl";

const container: ContainerStatus = { name: "wordpress", image: "wordpress:x", ready: false, restartCount: 0 };
const pod = (status: Pod["status"]): Pod => ({ metadata: { name: "wordpress-0", uid: "1" }, status });
const warning = (kind: string, name: string, message: string): Event => ({
  type: "Warning",
  message,
  involvedObject: { kind, name },
});

const explain = (facts: Omit<WorkloadFacts, "app" | "kind">) =>
  explainWorkload({ kind: "StatefulSet", app: "wordpress", ...facts });

describe("reasons for a workload that is not ready", () => {
  it("names the image and the registry's message", () => {
    const state = { waiting: { reason: "ImagePullBackOff", message: "not found\n" } };
    assert.deepEqual(
      explain({ pods: [pod({ containerStatuses: [{ ...container, state }] })], claims: [], events: [] }),
      ['pod wordpress-0 cannot pull the image "wordpress:x" (ImagePullBackOff): not found'],
    );
    const unnamed = { waiting: { reason: "ErrImagePull" } };
    assert.deepEqual(
      explain({ pods: [pod({ containerStatuses: [{ ...container, state: unnamed }] })], claims: [], events: [] }),
      ['pod wordpress-0 cannot pull the image "wordpress:x" (ErrImagePull): no reason given'],
    );
  });

  it("names the claim and the provisioner's message, before the pod that waits for it", () => {
    const claim: Claim = {
      metadata: { name: "data-wordpress-0", uid: "2" },
      spec: { storageClassName: "standard", resources: { requests: { storage: "1Gi" } } },
      status: { phase: "Pending" },
    };
    const conditions = [{ type: "PodScheduled", status: "False", message: "unbound claims" }];
    const events = [warning("PersistentVolumeClaim", "data-wordpress-0", "no space")];
    assert.deepEqual(explain({ pods: [pod({ conditions })], claims: [claim], events }), [
      'claim data-wordpress-0 has no volume (storage class "standard"): no space',
      "pod wordpress-0 has no node: unbound claims",
    ]);
  });

  it("names each claim without a volume, even without a warning, but no bound claim", () => {
    const resources = { requests: { storage: "1Gi" } };
    const claims: Claim[] = [
      { metadata: { name: "data-wordpress-0", uid: "2" }, spec: { resources }, status: { phase: "Bound" } },
      { metadata: { name: "data-wordpress-1", uid: "3" }, spec: { resources } },
      { metadata: { name: "data-wordpress-2", uid: "4" }, spec: { storageClassName: "fast", resources } },
    ];
    assert.deepEqual(explain({ pods: [], claims, events: [] }), [
      'claim data-wordpress-1 has no volume (storage class "none"): no provisioner handles it',
      'claim data-wordpress-2 has no volume (storage class "fast"): no provisioner handles it',
    ]);
  });

  it("names the scheduler's message, else its reason, else that there is none", () => {
    const unscheduled = (condition: object) =>
      explain({
        pods: [
          pod({
            conditions: [
              { type: "Ready", status: "False", message: "containers are not ready" },
              { type: "PodScheduled", status: "False", ...condition },
            ],
          }),
        ],
        claims: [],
        events: [],
      });
    assert.deepEqual(unscheduled({ reason: "Unschedulable", message: "no memory\n" }), [
      "pod wordpress-0 has no node: no memory",
    ]);
    assert.deepEqual(unscheduled({ reason: "Unschedulable" }), ["pod wordpress-0 has no node: Unschedulable"]);
    assert.deepEqual(unscheduled({}), ["pod wordpress-0 has no node: no reason given"]);
  });

  it("gives no scheduler's reason for a pod that has a node", () => {
    const conditions = [
      { type: "PodScheduled", status: "True", message: "assigned" },
      { type: "Ready", status: "False", message: "containers are not ready" },
    ];
    assert.deepEqual(explain({ pods: [pod({ conditions })], claims: [], events: [] }), [
      "pod wordpress-0 is not ready",
    ]);
  });

  it("names the failing probe by its last event", () => {
    const events = [
      warning("Pod", "wordpress-0", "Startup probe failed: refused"),
      warning("Pod", "wordpress-0", "Startup probe failed: HTTP 500\n"),
      // Later ones: no warning, of another object of its name, of another pod.
      { ...warning("Pod", "wordpress-0", "Container started"), type: "Normal" },
      warning("StatefulSet", "wordpress-0", "another kind"),
      warning("Pod", "wordpress-1", "another pod"),
      { ...warning("Node", "k1", "rebooted"), type: "Normal" },
    ];
    const statuses = [{ ...container, state: { running: {} } }];
    assert.deepEqual(explain({ pods: [pod({ containerStatuses: statuses })], claims: [], events }), [
      "pod wordpress-0 is not ready; the cluster says: Startup probe failed: HTTP 500",
    ]);
  });

  it("distinguishes a crash from a lack of memory", () => {
    const ended = (terminated: { reason?: string; exitCode: number }, restartCount = 4) =>
      explain({
        pods: [pod({ containerStatuses: [{ ...container, restartCount, lastState: { terminated } }] })],
        claims: [],
        events: [],
      });
    assert.deepEqual(ended({ exitCode: 1 }, 1), [
      "pod wordpress-0 container wordpress exited with code 1 and was restarted once",
    ]);
    assert.deepEqual(ended({ exitCode: 1 }), [
      "pod wordpress-0 container wordpress exited with code 1 and was restarted 4 times",
    ]);
    assert.deepEqual(ended({ exitCode: 1 }, 0), ["pod wordpress-0 container wordpress exited with code 1"]);
    assert.deepEqual(ended({ exitCode: 0 }), ["pod wordpress-0 is not ready"]);
    assert.deepEqual(ended({ reason: "OOMKilled", exitCode: 137 }), [
      "pod wordpress-0 container wordpress ran out of memory and was restarted 4 times",
    ]);
  });

  it("names the reason why a container waits, except ContainerCreating", () => {
    const waits = (waiting: { reason: string; message?: string }) =>
      explain({ pods: [pod({ containerStatuses: [{ ...container, state: { waiting } }] })], claims: [], events: [] });
    assert.deepEqual(waits({ reason: "CreateContainerConfigError", message: ' secret "mariadb" not found\n' }), [
      'pod wordpress-0 container wordpress waits (CreateContainerConfigError): secret "mariadb" not found',
    ]);
    assert.deepEqual(waits({ reason: "RunContainerError", message: "" }), [
      "pod wordpress-0 container wordpress waits (RunContainerError): no reason given",
    ]);
    assert.deepEqual(waits({ reason: "ContainerCreating", message: "wait" }), ["pod wordpress-0 is not ready"]);
  });

  it("names the failing container of a pod whose other container runs", () => {
    const statuses = [
      { ...container, name: "metrics", state: { running: {} } },
      { ...container, state: { terminated: { exitCode: 2 } } },
    ];
    assert.deepEqual(explain({ pods: [pod({ containerStatuses: statuses })], claims: [], events: [] }), [
      "pod wordpress-0 container wordpress exited with code 2",
    ]);
  });

  it("names what prevents the creation of pods", () => {
    const message = 'create Pod wordpress-0 in StatefulSet wordpress failed error: exceeded quota "small"';
    const events = [
      warning("StatefulSet", "mariadb", "another's"),
      warning("StatefulSet", "wordpress", `${message}\n`),
      { ...warning("StatefulSet", "wordpress", "create Claim data-wordpress-0 success"), type: "Normal" },
    ];
    assert.deepEqual(explain({ pods: [], claims: [], events }), [`StatefulSet wordpress lacks pods: ${message}`]);
  });

  it("ignores missing pods of another workload whose name has the same prefix", () => {
    const lacks = (owner: string, name: string) =>
      explainWorkload({
        ...{ app: "wordpress", pods: [], claims: [] },
        kind: owner === "ReplicaSet" ? "Deployment" : owner === "Job" ? "Job" : "StatefulSet",
        events: [warning(owner, name, "quota")],
      }).length;
    assert.deepEqual(
      [
        lacks("ReplicaSet", "wordpress-7d9c5b6f4"),
        lacks("Job", "wordpress-0a1b2c3d"),
        lacks("StatefulSet", "wordpress"),
      ],
      [1, 1, 1],
    );
    assert.deepEqual(
      [
        lacks("ReplicaSet", "wordpress-cache-7d9c5b6f4"),
        lacks("Job", "wordpress-fill-0a1b2c3d"),
        lacks("StatefulSet", "wordpress-extra"),
      ],
      [0, 0, 0],
    );
  });

  it("ignores events of an object of another kind with the same name", () => {
    const events = [warning("Job", "wordpress-0a1b2c3d", "quota"), warning("Service", "wordpress", "no port")];
    const facts = { app: "wordpress", pods: [], claims: [], events };
    for (const kind of ["StatefulSet", "Deployment"] as const)
      assert.deepEqual(explainWorkload({ kind, ...facts }), []);
  });

  it("prefers a pod's reason to an old event of the StatefulSet", () => {
    const events = [warning("StatefulSet", "wordpress", "long ago")];
    assert.deepEqual(explain({ pods: [pod({})], claims: [], events }), ["pod wordpress-0 is not ready"]);
  });

  it("names the node of a scheduled pod", () => {
    const placed = { ...pod({}), spec: { nodeName: "k1" } };
    assert.deepEqual(explain({ pods: [placed], claims: [], events: [] }), ["pod wordpress-0 on node k1 is not ready"]);
    assert.deepEqual(explain({ pods: [{ ...pod({}), spec: {} }], claims: [], events: [] }), [
      "pod wordpress-0 is not ready",
    ]);
    const pods = ["k2", "k1", "k2"].map((nodeName) => ({ ...pod({}), spec: { nodeName } }));
    assert.deepEqual(nodesOf([...pods, pod({})]), ["k1", "k2"]);
  });

  it("detects a failed container, also after its restart", () => {
    const failed = (changes: Partial<ContainerStatus>) =>
      hasFailed(pod({ containerStatuses: [{ ...container, ...changes }] }));
    const terminated = (exitCode: number) => ({ terminated: { exitCode } });
    assert.ok(failed({ state: terminated(1) }));
    assert.ok(failed({ state: { running: {} }, lastState: terminated(137) }));
    assert.ok(!failed({ state: terminated(0) }));
    assert.ok(!failed({ state: { running: {} } }));
    assert.ok(hasFailed(pod({ initContainerStatuses: [{ ...container, state: terminated(2) }] })));
    assert.ok(!hasFailed(pod({})));
  });

  it("leaves out pods that are ready", () => {
    const conditions = [{ type: "Ready", status: "True" }];
    assert.deepEqual(explain({ pods: [pod({ conditions })], claims: [], events: [] }), []);
  });
});

describe("reader of a workload's state", () => {
  const named = (name: string, namespace = "blog", app = name.replace(/-\d+$/, "")): AnyObject => ({
    metadata: { name, namespace, uid: `${namespace}-${name}`, labels: { app } },
  });
  const pod = (...args: Parameters<typeof named>) => ({ ...named(...args), status: {} });
  const event = (name: string, lastTimestamp: string, namespace?: string) => ({
    ...named(name, namespace),
    ...{ lastTimestamp, involvedObject: { kind: "Pod", name } },
  });
  const claims = [
    ...["data-wordpress-1", "data-wordpress-0", "data-wordpress-extra-0", "my-data-wordpress-0", "data-mariadb-0"],
    ...["wordpress", "wordpress-content", "wordpress-cache"],
  ];
  const kubectl = new SmallKubectl({
    pods: [
      ...[pod("wordpress-0", "wordpress"), pod("wordpress-0"), pod("wordpress-cache-0"), pod("mariadb-0")],
      pod("wordpress-7d9c5b-x2x4z", "blog", "wordpress"),
      { metadata: { name: "without-labels", namespace: "blog", uid: "1" } },
    ],
    persistentvolumeclaims: [...claims.map((name) => named(name)), named("data-wordpress-0", "wordpress")],
    events: [
      ...[event("later", "2026-01-01T00:00:02Z"), event("earlier", "2026-01-01T00:00:01Z")],
      event("another", "2026-01-01T00:00:03Z", "wordpress"),
    ],
  });
  const names = (objects: readonly unknown[]) =>
    (objects as AnyObject[]).map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);

  for (const [kind, found] of [
    ["StatefulSet", ["blog/data-wordpress-0", "blog/data-wordpress-1"]],
    ["Deployment", ["blog/wordpress", "blog/wordpress-content"]],
  ] as const) {
    it(`reads the own pods and claims of a ${kind}, and its namespace's events, oldest first`, async () => {
      const facts = await readWorkload(kubectl, { namespace: "blog", kind, app: "wordpress" });
      assert.deepEqual(names(facts.pods), ["blog/wordpress-0", "blog/wordpress-7d9c5b-x2x4z"]);
      assert.deepEqual(names(facts.claims), found);
      assert.deepEqual(names(facts.events), ["blog/earlier", "blog/later"]);
    });
  }
});
