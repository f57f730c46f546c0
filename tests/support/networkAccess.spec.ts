import * as assert from "node:assert/strict";
import { allowed, type Policy, type PolicyPod } from "./networkAccess";

const web: PolicyPod = { name: "web", namespace: "shop", labels: { app: "web" } };
const store: PolicyPod = { name: "store", namespace: "shop", labels: { app: "store" } };
const foreign: PolicyPod = { name: "web", namespace: "other", labels: { app: "web" } };
const outside = "198.51.100.7";

const policy = (spec: Partial<Policy["spec"]>): Policy => ({
  metadata: { name: "p", namespace: "shop" },
  spec: { podSelector: {}, policyTypes: ["Ingress"], ...spec },
});
const fromWeb = policy({
  podSelector: { matchLabels: { app: "store" } },
  ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }], ports: [{ port: 3306 }] }],
});

describe("whom policies let through", () => {
  it("everybody where no policy applies", () => {
    assert.ok(allowed([], web, store, 3306));
    assert.ok(allowed([policy({ podSelector: { matchLabels: { app: "web" } } })], web, store, 3306));
  });

  it("nobody where one applies that has no rule", () => {
    assert.ok(!allowed([policy({})], web, store, 3306));
    assert.ok(!allowed([policy({ policyTypes: ["Egress"] })], store, outside, 443));
  });

  it("those whom a rule of any policy names, on its port and by its protocol", () => {
    const policies = [policy({}), fromWeb];
    assert.ok(allowed(policies, web, store, 3306));
    assert.ok(!allowed(policies, web, store, 80));
    assert.ok(!allowed(policies, web, store, 3306, "UDP"));
    assert.ok(!allowed(policies, store, web, 3306));
  });

  it("not those who have the labels in another namespace", () => {
    assert.ok(!allowed([fromWeb], foreign, store, 3306));
  });

  it("only what both ends' policies let through", () => {
    const closed = policy({ podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"] });
    assert.ok(!allowed([fromWeb, closed], web, store, 3306));
  });

  it("addresses of a block, and no others", () => {
    const block = policy({ policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "198.51.100.0/24" } }] }] });
    assert.ok(allowed([block], web, outside, 443));
    assert.ok(!allowed([block], web, "198.51.101.7", 443));
  });
});
