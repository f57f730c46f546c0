import * as assert from "node:assert/strict";
import { allowed, type Policy, type PolicyPod } from "./networkAccess";

const web: PolicyPod = { name: "web", namespace: "shop", labels: { app: "web" }, address: "10.1.0.4" };
const store: PolicyPod = { name: "store", namespace: "shop", labels: { app: "store" }, ports: { mysql: 3306 } };
const foreign: PolicyPod = { ...web, namespace: "other", namespaceLabels: { team: "blue" } };
const outside = "198.51.100.7";

type Spec = Policy["spec"];
type IngressRule = NonNullable<Spec["ingress"]>[number];

const policy = (spec: Spec): Policy => ({ metadata: { name: "p", namespace: "shop" }, spec });
const isolated = policy({ podSelector: {}, policyTypes: ["Ingress"] });
const fromWeb = policy({
  podSelector: { matchLabels: { app: "store" } },
  policyTypes: ["Ingress"],
  ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }], ports: [{ port: 3306 }] }],
});
/** Whether one rule allows a connection to the store. */
const lets = (rule: IngressRule, from: PolicyPod | string, port = 3306, protocol = "TCP") =>
  allowed([policy({ podSelector: {}, policyTypes: ["Ingress"], ingress: [rule] })], from, store, port, protocol);

describe("evaluation of NetworkPolicies in tests", () => {
  it("allows everything if no policy selects the pod", () => {
    assert.ok(allowed([], web, store, 3306));
    const ofWeb = policy({ podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Ingress"] });
    assert.ok(allowed([ofWeb], web, store, 3306));
    assert.ok(allowed([{ ...isolated, metadata: { name: "p", namespace: "other" } }], web, store, 3306));
  });

  it("denies everything if the policies that select the pod have no rule", () => {
    assert.ok(!allowed([isolated], web, store, 3306));
    assert.ok(!allowed([policy({ podSelector: {}, policyTypes: ["Egress"] })], store, outside, 443));
  });

  it("selects all pods of the namespace with an empty or missing podSelector", () => {
    for (const all of [isolated, policy({ policyTypes: ["Ingress"] })]) {
      for (const to of [store, web]) assert.ok(!allowed([all], outside, to, 3306));
      assert.ok(allowed([all], outside, foreign, 3306));
    }
  });

  it("combines the rules of all policies, each for its port and protocol, TCP by default", () => {
    const policies = [isolated, fromWeb];
    assert.ok(allowed(policies, web, store, 3306));
    assert.ok(!allowed(policies, web, store, 80));
    assert.ok(!allowed(policies, web, store, 3306, "UDP"));
    assert.ok(!allowed(policies, store, web, 3306));
  });

  it("requires that the policies of both ends allow a connection", () => {
    const closed = policy({ podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"] });
    assert.ok(!allowed([fromWeb, closed], web, store, 3306));
  });

  it("treats an empty or missing list of peers as all peers, and of ports as all ports", () => {
    for (const rule of [{}, { from: [] }, { ports: [] }, { from: [], ports: [{ port: 3306 }] }]) {
      for (const from of [web, foreign, outside]) assert.ok(lets(rule, from), JSON.stringify(rule));
    }
    assert.ok(lets({ from: [] }, outside, 22, "UDP"));
    const egress = [{ to: [], ports: [{ port: 443 }] }];
    const open = policy({ podSelector: {}, policyTypes: ["Egress"], egress });
    assert.ok(allowed([open], web, outside, 443));
    assert.ok(!allowed([open], web, outside, 80));
  });

  it("denies everything with an empty list of rules, unlike an empty rule", () => {
    assert.ok(!allowed([policy({ podSelector: {}, policyTypes: ["Ingress"], ingress: [] })], web, store, 3306));
    assert.ok(lets({}, web));
  });

  it("isolates for ingress without policyTypes, and for egress if there are egress rules", () => {
    const inferred = policy({ podSelector: {} });
    assert.ok(!allowed([inferred], web, store, 3306));
    assert.ok(allowed([inferred], store, outside, 443));
    const withEgress = policy({ podSelector: {}, egress: [{ ports: [{ port: 53, protocol: "UDP" }] }] });
    assert.ok(!allowed([withEgress], store, outside, 443));
    assert.ok(allowed([withEgress], store, outside, 53, "UDP"));
  });

  it("ignores rules of a direction that policyTypes omits", () => {
    const egress = [{ to: [{ ipBlock: { cidr: "192.0.2.0/24" } }] }];
    assert.ok(allowed([policy({ podSelector: {}, policyTypes: ["Ingress"], egress })], store, outside, 443));
  });

  describe("for pod peers", () => {
    it("matches a podSelector alone in the policy's own namespace", () => {
      assert.ok(lets({ from: [{ podSelector: {} }] }, web));
      assert.ok(!lets({ from: [{ podSelector: {} }] }, foreign));
      assert.ok(!lets({ from: [{ podSelector: {} }] }, outside));
    });

    it("matches all pods of the selected namespaces with a namespaceSelector alone, and of all namespaces with an empty one", () => {
      for (const from of [web, foreign]) assert.ok(lets({ from: [{ namespaceSelector: {} }] }, from));
      assert.ok(!lets({ from: [{ namespaceSelector: {} }] }, outside));
      const blue = { namespaceSelector: { matchLabels: { team: "blue" } } };
      assert.ok(lets({ from: [blue] }, foreign));
      assert.ok(!lets({ from: [blue] }, web));
    });

    it("matches each namespace by the label with its name", () => {
      const other = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "other" } } };
      assert.ok(lets({ from: [other] }, foreign));
      assert.ok(!lets({ from: [other] }, web));
    });

    it("requires both selectors of one peer, and one of two peers", () => {
      const namespaceSelector = { matchLabels: { team: "blue" } };
      const podSelector = { matchLabels: { app: "store" } };
      const storeOfBlue = { ...foreign, labels: { app: "store" } };
      assert.ok(lets({ from: [{ namespaceSelector, podSelector }] }, storeOfBlue));
      assert.ok(!lets({ from: [{ namespaceSelector, podSelector }] }, foreign));
      assert.ok(lets({ from: [{ namespaceSelector }, { podSelector }] }, foreign));
    });

    it("compares labels with each operator", () => {
      const by = (operator: string, values?: string[], key = "app") =>
        lets({ from: [{ podSelector: { matchExpressions: [{ key, operator, ...(values && { values }) }] } }] }, web);
      assert.deepEqual(
        [by("In", ["web", "x"]), by("In", ["x"]), by("In", [""], "tier"), by("NotIn", ["x"]), by("NotIn", ["web"])],
        [true, false, false, true, false],
      );
      assert.deepEqual(
        [by("NotIn", ["x"], "tier"), by("Exists"), by("Exists", [], "tier"), by("DoesNotExist")],
        [true, true, false, false],
      );
      assert.ok(by("DoesNotExist", [], "tier"));
      assert.throws(() => by("Gt", ["1"]), /refuses the operator Gt/);
    });

    it("refuses peers that the API server refuses", () => {
      for (const peer of [{}, { ipBlock: { cidr: "192.0.2.0/24" }, podSelector: {} }]) {
        assert.throws(() => lets({ from: [peer] }, web), /refuses the peer/);
      }
    });
  });

  describe("for address peers", () => {
    const by = (cidr: string, address: string, except?: string[]) =>
      lets({ from: [{ ipBlock: { cidr, ...(except && { except }) } }] }, address);

    it("matches addresses in a block, except for its exceptions", () => {
      assert.ok(by("198.51.100.0/24", outside));
      assert.ok(!by("198.51.100.0/24", "198.51.101.7"));
      assert.ok(by("0.0.0.0/0", outside));
      assert.ok(!by("0.0.0.0/0", outside, ["198.51.100.0/25"]));
      assert.ok(by("0.0.0.0/0", "198.51.100.200", ["198.51.100.0/25"]));
    });

    it("matches IPv6 addresses in any notation, and none of the other family", () => {
      assert.ok(by("2001:db8::/32", "2001:db8:0:0::7"));
      assert.ok(!by("2001:db8::/32", "2001:db9::7"));
      assert.ok(by("::/0", "2001:DB8::7"));
      assert.ok(!by("::/0", outside));
      assert.ok(!by("0.0.0.0/0", "2001:db8::7"));
      assert.ok(!by("::/0", "2001:db8::7", ["2001:db8::/64"]));
    });

    it("matches a pod by its address", () => {
      assert.ok(lets({ from: [{ ipBlock: { cidr: "10.1.0.0/16" } }] }, web));
      assert.ok(!lets({ from: [{ ipBlock: { cidr: "10.2.0.0/16" } }] }, web));
    });
  });

  describe("for ports", () => {
    it("matches a range including both ends", () => {
      const range = { ports: [{ port: 3306, endPort: 3308 }] };
      assert.deepEqual(
        [3305, 3306, 3307, 3308, 3309].map((port) => lets(range, web, port)),
        [false, true, true, true, false],
      );
    });

    it("resolves a name to that port of the target pod", () => {
      assert.ok(lets({ ports: [{ port: "mysql" }] }, web));
      assert.ok(!lets({ ports: [{ port: "mysql" }] }, web, 3307));
      assert.ok(!lets({ ports: [{ port: "http" }] }, web));
    });

    it("matches all ports of a protocol without a port", () => {
      assert.ok(lets({ ports: [{ protocol: "UDP" }] }, web, 9, "UDP"));
      assert.ok(!lets({ ports: [{ protocol: "UDP" }] }, web, 9, "TCP"));
    });
  });
});
