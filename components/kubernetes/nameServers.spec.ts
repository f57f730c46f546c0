import * as assert from "node:assert/strict";
import { nameServerPorts } from "./nameServers";
import type { Service } from "./objects";

type Ports = NonNullable<Service["spec"]["ports"]>;

const service = (namespace: string, labels: Record<string, string>, ports: Ports): Service => ({
  metadata: { name: "dns", namespace, uid: "1", labels },
  spec: { ports },
});
const kubeDns = { "k8s-app": "kube-dns" };
const openShift = { "dns.operator.openshift.io/owning-dns": "default" };
const metrics = { port: 9153, targetPort: 9153 };

describe("ports of the cluster's name servers", () => {
  it("are none besides 53 if the Service forwards to that port, or does not exist", () => {
    assert.deepEqual(nameServerPorts([]), []);
    assert.deepEqual(
      nameServerPorts([service("kube-system", kubeDns, [{ port: 53 }, { port: 53, targetPort: 53 }])]),
      [],
    );
  });

  it("are the target ports of the Service's port 53, once each, such as Gardener's 8053", () => {
    const ports = [{ port: 53, targetPort: 8053 }, { port: 53, targetPort: 8053 }, metrics];
    assert.deepEqual(nameServerPorts([service("kube-system", kubeDns, ports)]), [8053]);
  });

  it("are the names of the target ports, and for OpenShift the number too", () => {
    const ports = [{ port: 53, targetPort: "dns" }, { port: 53, targetPort: "dns-tcp" }, metrics];
    assert.deepEqual(nameServerPorts([service("openshift-dns", openShift, ports)]), [5353, "dns", "dns-tcp"]);
    assert.deepEqual(nameServerPorts([service("kube-system", kubeDns, ports)]), ["dns", "dns-tcp"]);
  });

  it("are not read from a labeled Service in another namespace, nor from one without the label", () => {
    const ports = [{ port: 53, targetPort: 6379 }];
    assert.deepEqual(nameServerPorts([service("blog", kubeDns, ports), service("blog", openShift, ports)]), []);
    assert.deepEqual(nameServerPorts([service("kube-system", { "k8s-app": "other" }, ports)]), []);
  });
});
