import * as assert from "node:assert/strict";
import type { Namespace, Node } from "../../kubernetes/objects";
import { nfsDriverValues } from "./nfsDriverValues";
import { nfsFindings } from "./nfsChecks";
import { ingressFrom } from "./nfsServer";
import { nfsServerPodSpec } from "./nfsServerPod";
import { nodeSources } from "./nodeSources";

describe("NFS volumes", () => {
  describe("source addresses of the nodes", () => {
    const node = (more: Partial<Omit<Node, "metadata">>, annotations?: Record<string, string>): Node => ({
      metadata: { name: "k0", uid: "k0", ...(annotations && { annotations }) },
      status: {},
      ...more,
    });

    it("include the nodes' addresses and no names", () => {
      const addresses = [
        { type: "InternalIP", address: "10.0.0.2" },
        { type: "InternalIP", address: "fd00::2" },
        { type: "ExternalIP", address: "192.0.2.2" },
        { type: "Hostname", address: "k0" },
      ];
      assert.deepEqual(nodeSources([node({ status: { addresses } }), node({ status: { addresses } })]), [
        ...["10.0.0.2/32", "192.0.2.2/32", "fd00::2/128"],
      ]);
    });

    it("include the tunnels through which nodes reach pods of other nodes", () => {
      const flannel = node({ spec: { podCIDRs: ["10.244.1.0/24", "fd01:1::/64"] } });
      const calico = node({}, { "projectcalico.org/IPv4VXLANTunnelAddr": "192.168.7.1" });
      assert.deepEqual(nodeSources([flannel, calico]), ["10.244.1.0/31", "192.168.7.1/32", "fd01:1::/127"]);
      const tunnels = {
        "projectcalico.org/IPv4IPIPTunnelAddr": "192.168.7.2",
        "projectcalico.org/IPv6VXLANTunnelAddr": "fd01:7::3",
        "projectcalico.org/IPv4WireguardInterfaceAddr": "192.168.7.4",
        "projectcalico.org/IPv6WireguardInterfaceAddr": "fd01:7::5",
        "projectcalico.org/IPv4Address": "10.0.0.2/24",
      };
      assert.deepEqual(nodeSources([node({}, tunnels)]), [
        ...["192.168.7.2/32", "192.168.7.4/32", "fd01:7::3/128", "fd01:7::5/128"],
      ]);
    });
  });

  it("allow only nodes to connect to the server, and no client if no node is known", () => {
    const ports = [{ port: 2049, protocol: "TCP" }];
    assert.deepEqual(ingressFrom(["10.0.0.2/32"]), [{ from: [{ ipBlock: { cidr: "10.0.0.2/32" } }], ports }]);
    assert.deepEqual(ingressFrom([]), []);
  });

  describe("findings", () => {
    const namespaceOf = (instance: string, phase = "Active"): Namespace => ({
      metadata: { name: "openebs-nfs", uid: "1", annotations: { "wordpress/instance": instance } },
      status: { phase },
    });
    const drivers = [{ metadata: { name: "nfs.csi.k8s.io", uid: "2" } }];
    const findings = (facts: { nfsNamespace?: Namespace; drivers?: typeof drivers }) =>
      nfsFindings("abc", { context: "shop", drivers: [], ...facts });

    it("are none for a cluster without NFS, or with this stack's own", () => {
      assert.deepEqual(findings({}), []);
      assert.deepEqual(findings({ nfsNamespace: namespaceOf("abc"), drivers }), []);
      assert.deepEqual(findings({ drivers: [{ metadata: { name: "smb.csi.k8s.io", uid: "3" } }] }), []);
    });

    const ways =
      "pulumi config set contentStorageClass NAME, or keep all pods on one node: pulumi config set contentAccessMode " +
      "ReadWriteOnce, or give each pod files of its own: pulumi config set content perPod";

    it("name an existing driver and the options", () => {
      assert.deepEqual(findings({ drivers }), [
        "contentStorageClass: not set, and the driver nfs.csi.k8s.io that the stack would install already exists. Name a class " +
          `of that driver: ${ways}`,
      ]);
    });

    it("name a namespace that is not the stack's, or is terminating", () => {
      const withoutOwner = { metadata: { name: "openebs-nfs", uid: "1" } };
      for (const another of [namespaceOf("other"), withoutOwner]) {
        assert.deepEqual(findings({ nfsNamespace: another, drivers }), [
          "contentStorageClass: not set, and the namespace openebs-nfs that the stack would create exists and is not this " +
            `stack's. Name a class: ${ways}`,
        ]);
      }
      assert.deepEqual(findings({ nfsNamespace: namespaceOf("abc", "Terminating") }), [
        "contentStorageClass: not set, and the namespace openebs-nfs is still being deleted; wait until " +
          "`kubectl --context shop get namespace openebs-nfs` finds nothing",
      ]);
    });
  });

  it("install only the driver, with all images from the configured registry", () => {
    const controller = { enableSnapshotter: false };
    assert.deepEqual(nfsDriverValues(undefined), { controller, externalSnapshotter: { enabled: false } });
    assert.deepEqual(nfsDriverValues("registry.example.com/mirror").image, {
      baseRepo: "registry.example.com/mirror",
      nfs: { repository: "/sig-storage/nfsplugin" },
    });
  });

  it("run the server with only the capabilities that it needs to serve files of other users", () => {
    const { containers } = nfsServerPodSpec("registry.example.com");
    const [{ image, securityContext }] = containers as [(typeof containers)[number]];
    assert.match(image, /^registry\.example\.com\/longhornio\/longhorn-share-manager:v\d+\.\d+\.\d+$/);
    assert.deepEqual(securityContext, {
      ...{ runAsUser: 0, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: {
        drop: ["ALL"],
        add: ["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "SETGID", "SETUID"],
      },
    });
  });
});
