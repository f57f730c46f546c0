import * as assert from "node:assert/strict";
import { assertOwnCluster, destroyRefusal } from "./destroyGuard";
import { UserError } from "./scriptRuntime";
import { type Kubectl, KubectlError } from "./client";
import type { Claim, DiskPool, Namespace } from "../kubernetes/objects";
import { type KeptResult, keptResult, keptResultFindings } from "../preflight/keptResult";

const system = (uid: string): Namespace => ({ metadata: { name: "kube-system", uid } });
const own = (name: string, instance?: string): Namespace => ({
  metadata: { name, uid: "u", ...(instance && { annotations: { "wordpress/instance": instance } }) },
});
const listing = (objects: Readonly<Record<string, readonly object[]>>) => {
  const kubectl: Pick<Kubectl, "list" | "json"> = {
    list: <T>(kind: string, namespace?: string) =>
      Promise.resolve((objects[namespace === undefined ? kind : `${kind} ${namespace}`] ?? []) as unknown as T[]),
    json: () => Promise.reject(new Error("unexpected call")),
  };
  return kubectl;
};
const refusing = (message: string) => ({
  ...listing({}),
  list: () => Promise.reject(new KubectlError(message)),
});

describe("destroy guard", () => {
  const cluster = { context: "kind-kind", server: "https://127.0.0.1:6443", cluster: "first" };
  const request = { cluster, instance: "abc", namespaces: ["wordpress", "openebs"] };
  const here = { context: "kind-kind", hasOwnKubeconfig: false };
  const refusal = (namespaces: readonly Namespace[]) => destroyRefusal(listing({ namespaces }), request, here);

  it("allows to delete a stack from its own cluster and namespaces, or if these no longer exist", async () => {
    assert.equal(await refusal([system("first"), own("wordpress", "abc"), own("openebs", "abc")]), undefined);
    assert.equal(await refusal([system("first"), own("blog", "other")]), undefined);
  });

  it("refuses another cluster behind the same context and names the stack's own one", async () => {
    const text = await refusal([system("second"), own("wordpress", "abc")]);
    assert.match(text ?? "", /the one this stack is on: "kind-kind" \(https:\/\/127\.0\.0\.1:6443\), whose/);
    assert.match(
      text ?? "",
      /has the UID first; here it is second\.\nSet KUBECONFIG to its kubeconfig, then run again: pulumi destroy/,
    );
    assert.match(text ?? "", /pulumi stack rm --force$/);
  });

  it("identifies the cluster by its UID, not by the name of the context", async () => {
    const namespaces = [system("first"), own("wordpress", "abc"), own("openebs", "abc")];
    assert.equal(await destroyRefusal(listing({ namespaces }), request, { ...here, context: "vpn" }), undefined);
    const others = listing({ namespaces: [system("second"), ...namespaces.slice(1)] });
    assert.match((await destroyRefusal(others, request, here)) ?? "", /UID first; here it is second/);
  });

  it("stops a script that deletes on another cluster or in another stack's namespace", async () => {
    const assertOwn = (...namespaces: readonly Namespace[]) =>
      assertOwnCluster(listing({ namespaces }), { guard: request }, "No claim was deleted.");
    await assertOwn(system("first"), own("wordpress", "abc"));
    const message =
      /^No claim was deleted\. The context "" leads to another cluster .* UID first; here it is second\.\n/;
    await assert.rejects(assertOwn(system("second"), own("wordpress", "abc")), { constructor: UserError, message });
    await assert.rejects(
      assertOwn(system("second")),
      /\nSet KUBECONFIG to its kubeconfig, then run again: pulumi destroy\n/,
    );
    process.env.CLUSTER_KUBECONFIG = "/does/not/exist";
    try {
      await assert.rejects(
        assertOwn(system("second")),
        /\nSet kubernetes:kubeconfig to one that leads to it, then: pulumi up, then run again: pulumi destroy\n/,
      );
    } finally {
      delete process.env.CLUSTER_KUBECONFIG;
    }
    await assert.rejects(
      assertOwn(system("first"), own("wordpress", "xyz")),
      /the namespace wordpress is not this stack's/,
    );
  });

  it("compares nothing for a request of an earlier version that has no guard", async () => {
    await assertOwnCluster(refusing("unexpected call"), {}, "No claim was deleted.");
  });

  it("refuses a cluster without a readable namespace kube-system", async () => {
    assert.match((await refusal([own("wordpress", "abc")])) ?? "", /has the UID first; here it is undefined\./);
  });

  it("refuses a namespace of another stack and one without an owner", async () => {
    assert.match((await refusal([system("first"), own("wordpress", "xyz")])) ?? "", /the namespace wordpress is not/);
    assert.match((await refusal([system("first"), own("openebs")])) ?? "", /the namespace openebs is not/);
    assert.equal(
      await refusal([system("first"), own("wordpress", "xyz"), own("blog", "xyz"), own("openebs")]),
      'On "kind-kind" (https://127.0.0.1:6443) the namespace wordpress is not this stack\'s, and the namespace openebs is not ' +
        "this stack's: the annotation wordpress/instance is another stack's, or missing.\n" +
        "Inspect: kubectl --context kind-kind get namespace wordpress --output yaml\n" +
        "If this stack's own namespace no longer exists, forget the stack: pulumi stack rm --force",
    );
  });

  it("rethrows errors of other origin than kubectl", async () => {
    const broken = { ...listing({}), list: () => Promise.reject(new TypeError("not iterable")) };
    await assert.rejects(destroyRefusal(broken, request, here), TypeError);
  });

  it("tells how to fix an unreachable cluster and expired credentials in the state or in a kubeconfig", async () => {
    const unreachable = await destroyRefusal(refusing("Unable to connect: timeout"), request, here);
    assert.match(
      unreachable ?? "",
      /could not be read, .*: Unable to connect: timeout\nMake sure that `kubectl --context kind-kind get/,
    );
    const expired = refusing("error: You must be logged in to the server (Unauthorized)");
    const inState = await destroyRefusal(expired, request, { ...here, hasOwnKubeconfig: true });
    assert.match(
      inState ?? "",
      /Set new ones in kubernetes:kubeconfig, then: pulumi up, then run again: pulumi destroy$/,
    );
    assert.match(
      (await destroyRefusal(expired, request, here)) ?? "",
      /Log in again, so that `kubectl get namespaces`/,
    );
  });
});

describe("kept preflight result", () => {
  const record: KeptResult = {
    ...{ context: "kind-kind", server: "https://127.0.0.1:6443", cluster: "first" },
    ...{ namespace: "wordpress", engine: "existing", configuredClass: null, storageClass: "standard" },
  };
  const claim: Claim = {
    metadata: { name: "data-mariadb-0", namespace: "wordpress", uid: "u" },
    spec: { storageClassName: "standard", resources: { requests: { storage: "1Gi" } } },
    status: { phase: "Bound" },
  };
  const pool: DiskPool = {
    metadata: { name: "pool-k0", uid: "p" },
    spec: { node: "k0", disks: ["/dev/disk/by-id/x"] },
  };
  const kubectl = listing({
    "persistentvolumeclaims wordpress": [claim],
    "diskpools.openebs.io openebs": [pool],
  });
  const findings = (changes: Partial<KeptResult>, previous: KeptResult | undefined = record) =>
    keptResultFindings(kubectl, { ...record, ...changes }, previous);

  it("accepts the first up and another address of the same cluster", async () => {
    assert.deepEqual(await keptResultFindings(kubectl, record, undefined), []);
    assert.deepEqual(await findings({ server: "https://vpn.example:6443", context: "vpn" }), []);
  });

  it("refuses another cluster, namespace, engine, and class than that of the data", async () => {
    assert.match((await findings({ cluster: "second" })).join(), /leads to another cluster/);
    assert.match((await findings({ namespace: "elsewhere" })).join(), /^namespace: "elsewhere" is not allowed/);
    assert.match((await findings({ engine: "hostpath" })).join(), /^storage\.engine: "hostpath" is not allowed/);
    const other = { configuredClass: "fast", storageClass: "fast" };
    assert.match((await findings(other)).join(), /^storage\.className: "fast" is not allowed/);
  });

  it("refuses to remove nodeSsh while nodes that were prepared over SSH have pools", async () => {
    const replicated: KeptResult = { ...record, engine: "replicated", managesNodes: true };
    const without = { ...replicated, managesNodes: false };
    assert.match(
      (await keptResultFindings(kubectl, without, replicated)).join(),
      /^nodeSsh: is not set anymore.* k0 over SSH/,
    );
    const silent: KeptResult = { ...record, engine: "replicated" };
    assert.match((await keptResultFindings(kubectl, silent, replicated)).join(), /^nodeSsh: is not set anymore/);
    assert.deepEqual(await keptResultFindings(kubectl, replicated, without), []);
    assert.deepEqual(await keptResultFindings(kubectl, replicated, replicated), []);
    assert.deepEqual(await keptResultFindings(listing({}), without, replicated), []);
  });

  it("accepts to remove nodeSsh from a stack that no longer installs storage, even if other workloads have pools", async () => {
    const previous: KeptResult = { ...record, engine: "replicated", managesNodes: true };
    const onlyPools = listing({ "diskpools.openebs.io openebs": [pool] });
    assert.deepEqual(await keptResultFindings(onlyPools, { ...record, managesNodes: false }, previous), []);
  });

  it("reads a result of an earlier version without managesNodes as one of nodes that were not prepared", async () => {
    const replicated: KeptResult = { ...record, engine: "replicated" };
    assert.deepEqual(await keptResultFindings(kubectl, { ...replicated, managesNodes: false }, replicated), []);
    assert.deepEqual(await keptResultFindings(kubectl, { ...replicated, managesNodes: true }, replicated), []);
  });

  it("keeps the field managesNodes, which is false by default", () => {
    const rest = { snapshotCrds: true, nodeAddress: "10.0.0.2", nodeAddresses: [], nodeSources: [] };
    assert.equal(keptResult({ ...record, ...rest, managesNodes: true }).managesNodes, true);
    assert.equal(keptResult({ ...record, ...rest }).managesNodes, false);
  });
});
