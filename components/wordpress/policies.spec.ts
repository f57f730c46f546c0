import * as assert from "node:assert/strict";
import { defaultDeny, nameServerRule, type Policies } from "../kubernetes/networkPolicies";
import { type Egress, sitePolicies } from "./policies";
import { allowed, type PolicyPod } from "../../tests/support/networkAccess";

const specs = (pageCache: boolean, objectCache: boolean, egress: Egress = "open"): Policies => ({
  ...defaultDeny,
  ...sitePolicies({ pageCache, objectCache, egress, nameServers: nameServerRule([]) }),
});
const policies = (...args: Parameters<typeof specs>) =>
  Object.entries(specs(...args)).map(([name, spec]) => ({ metadata: { name, namespace: "wordpress" }, spec }));
const pod = (app: string): PolicyPod => ({ name: app, namespace: "wordpress", labels: { app } });
const visitor = "198.51.100.7";

describe("the stack's NetworkPolicies", () => {
  it("are created or deleted with the caches and never changed, so that no connection closes before another opens", () => {
    const all = [false, true].flatMap((pageCache) => [false, true].map((objectCache) => specs(pageCache, objectCache)));
    const names = [...new Set(all.flatMap((some) => Object.keys(some)))];
    const switched = names.filter((name) => !all.every((some) => name in some));
    assert.deepEqual(switched.sort(), ["wordpress", "wordpress-cache", "wordpress-object-cache"]);
    for (const name of names) {
      const forms = all.flatMap((some) => Object.entries(some).filter(([other]) => other === name));
      assert.equal(new Set(forms.map(([, spec]) => JSON.stringify(spec))).size, 1, name);
    }
  });

  it("keep the policy that lets visitors in to the site's pods as stacks without a page cache have had it", () => {
    assert.deepEqual(specs(false, false).wordpress, {
      podSelector: { matchLabels: { app: "wordpress" } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ port: 80, protocol: "TCP" }] }],
    });
  });

  it("let visitors connect to the site's pods, or with a page cache only to its pods", () => {
    assert.ok(allowed(policies(false, false), visitor, pod("wordpress"), 80));
    assert.ok(!allowed(policies(true, false), visitor, pod("wordpress"), 80));
    assert.ok(allowed(policies(true, false), visitor, pod("wordpress-cache"), 8080));
    assert.ok(!allowed(policies(true, false), visitor, pod("wordpress-cache"), 8081));
  });

  it("let the site's pods and the cache's reach each other whether visitors may reach the first or not", () => {
    for (const some of [policies(true, false), [...policies(true, false), ...policies(false, false)]]) {
      assert.ok(allowed(some, pod("wordpress-cache"), pod("wordpress"), 80));
      assert.ok(allowed(some, pod("wordpress"), pod("wordpress-cache"), 8081));
    }
  });

  it("let pods that are about to be replaced connect to an object cache that is about to be deleted", () => {
    const meanwhile = [...policies(false, true).filter(({ metadata }) => metadata.name === "wordpress-object-cache")];
    const some = [...policies(false, false), ...meanwhile];
    assert.ok(allowed(some, pod("wordpress"), pod("wordpress-object-cache"), 6379));
    assert.ok(!allowed(some, pod("mariadb"), pod("wordpress-object-cache"), 6379));
  });
});
