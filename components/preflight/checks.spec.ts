import * as assert from "node:assert/strict";
import type { Claim, Node, Service, StorageClass } from "../kubernetes/objects";
import {
  type ClusterFacts,
  effectiveClass,
  nodeAddress,
  nodeAddresses,
  preflightFindings,
  type PreflightResult,
  type PreflightRequest,
} from "./checks";

const standard: StorageClass = {
  metadata: { name: "standard", uid: "1", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: "lab",
  allowVolumeExpansion: true,
};
const fixed: StorageClass = { metadata: { name: "fixed", uid: "2" }, provisioner: "lab", allowVolumeExpansion: false };
const node = (type: string, address: string): Node => ({
  metadata: { name: "k0", uid: "3" },
  status: { addresses: [{ type, address }], conditions: [{ type: "Ready", status: "True" }] },
});
const service = (namespace: string, name: string, nodePort: number): Service => ({
  metadata: { namespace, name, uid: "4" },
  spec: { ports: [{ nodePort }] },
});
const claim = (name: string, storage: string, storageClassName = "standard"): Claim => ({
  metadata: { name, uid: "5" },
  spec: { storageClassName, resources: { requests: { storage } } },
});

const request: PreflightRequest = {
  instance: "abc",
  namespace: "wordpress",
  nodePort: 30007,
  engine: "existing",
  nfs: false,
  claims: [
    { of: { statefulSet: "mariadb" }, sizeKey: "mariadbStorage", size: "1Gi" },
    { of: { statefulSet: "wordpress" }, sizeKey: "wordpressStorage", size: "1Gi" },
  ],
  content: { content: "perPod" },
  database: { image: "mariadb:10.11", upgrade: "none" },
  defaultImages: [],
};
const facts: ClusterFacts = {
  context: "lab",
  server: "https://10.0.0.1:6443",
  cluster: "uid-1",
  missingPermissions: [],
  services: [],
  classes: [fixed, standard],
  nodes: [node("InternalIP", "10.0.0.2")],
  claims: [],
  databaseFiles: {},
  podControllers: [],
  volumes: [],
  previousClaims: [],
};
const record: PreflightResult = {
  context: "lab",
  server: facts.server,
  cluster: "uid-1",
  namespace: "wordpress",
  engine: "existing",
  configuredClass: null,
  storageClass: "standard",
  snapshotCrds: true,
  nodeAddress: "10.0.0.2",
  nodeAddresses: ["10.0.0.2"],
  nodeSources: ["10.0.0.2/32"],
};
const data = [claim("data-mariadb-0", "1Gi"), claim("data-wordpress-0", "1Gi")];

/** The only finding. @throws AssertionError unless there is exactly one */
function finding(
  ask: Partial<PreflightRequest>,
  seen: Partial<ClusterFacts> = {},
  previous?: Partial<PreflightResult>,
): string {
  const last = previous && { ...record, ...previous };
  const findings = preflightFindings({ ...request, ...ask }, { ...facts, ...seen }, last);
  assert.equal(findings.length, 1, findings.join("\n"));
  return findings[0] ?? "";
}

describe("preflight", () => {
  it("has no findings on a fresh cluster, nor for an unchanged stack", () => {
    assert.deepEqual(preflightFindings(request, facts, undefined), []);
    const namespace = { metadata: { name: "wordpress", uid: "6", annotations: { "wordpress/instance": "abc" } } };
    const live = { ...facts, namespace, claims: data, services: [service("wordpress", "wordpress", 30007)] };
    assert.deepEqual(preflightFindings(request, live, record), []);
  });

  it("refuses a default image that would replace the running one, and accepts the default of the last up", () => {
    const containers = [{ name: "wordpress", image: "wordpress:6.5-apache" }];
    const podControllers = [
      { metadata: { name: "wordpress", uid: "8" }, spec: { template: { spec: { containers } } } },
    ];
    const image = {
      key: "wordpressImage",
      image: "wordpress:7.1-apache",
      workload: "wordpress",
      container: "wordpress",
    };
    const defaultImages = [image];
    assert.match(
      finding({ defaultImages }, { podControllers }, {}),
      /^wordpressImage: not set, so it would change from wordpress:6\.5-apache to the default wordpress:7\.1-apache;/,
    );
    const last = { ...record, usedDefaults: { wordpressImage: image.image } };
    assert.deepEqual(preflightFindings({ ...request, defaultImages }, { ...facts, podControllers }, last), []);
  });

  it("names missing permissions, and no objects that could not be read without them", () => {
    assert.equal(
      finding(
        {},
        { missingPermissions: ["list nodes", "get, create secrets in namespace wordpress"], nodes: [], classes: [] },
      ),
      'kubernetes:context: the user of "lab" may not list nodes; get, create secrets in namespace wordpress; grant ' +
        "these permissions, or use another context: pulumi config set kubernetes:context NAME",
    );
  });

  it("does not take a cluster without read permission for another cluster", () => {
    assert.match(
      finding({}, { cluster: undefined, missingPermissions: ["get namespaces"] }, {}),
      /^kubernetes:context: the user of "lab" may not get namespaces;/,
    );
  });

  it("identifies a cluster by its UID, not by its address, context, or nodes", () => {
    const moved = {
      ...facts,
      server: "https://lab.example.com",
      context: "vpn",
      nodes: [node("InternalIP", "10.9.9.9")],
    };
    assert.deepEqual(preflightFindings(request, moved, record), []);
  });

  it("refuses another cluster at the address and in the context of the stack's cluster", () => {
    assert.match(
      finding({}, { cluster: "uid-2" }, {}),
      /^kubernetes:context: "lab" \(https:\/\/10\.0\.0\.1:6443\) leads to another cluster than the one this stack is on/,
    );
  });

  it("refuses a namespace that is not the stack's, and one that is terminating", () => {
    const namespace = { metadata: { name: "wordpress", uid: "6" } };
    assert.equal(
      finding({}, { namespace }),
      'namespace: "wordpress" exists and is not this stack\'s; choose another name: pulumi config set namespace wordpress-2',
    );
    assert.equal(
      finding({}, { namespace: { ...namespace, status: { phase: "Terminating" } } }),
      'namespace: "wordpress" is still being deleted; wait until `kubectl --context lab get namespace wordpress` finds ' +
        "nothing, or choose another name: pulumi config set namespace wordpress-2",
    );
  });

  it("names the Service that uses the NodePort, and a free port", () => {
    assert.equal(
      finding({}, { services: [service("shop", "web", 30007), service("shop", "api", 30008)] }),
      "wordpressNodePort: 30007 is used by the Service shop/web; choose a free one: " +
        "pulumi config set wordpressNodePort 30009",
    );
    const { metadata } = service("shop", "web", 0);
    const withoutPorts: Service = { metadata, spec: {} };
    const twoPorts: Service = { metadata, spec: { ports: [{ nodePort: 30008 }, { nodePort: 30007 }] } };
    assert.match(finding({}, { services: [withoutPorts, twoPorts] }), /used by the Service shop\/web; .* 30009$/);
    for (const [namespace, name] of [["shop", "wordpress"] as const, ["wordpress", "web"] as const]) {
      const taken = finding({}, { services: [service(namespace, name, 30007)] });
      assert.ok(taken.includes(`used by the Service ${namespace}/${name};`), taken);
    }
  });

  it("names the cluster's storage classes when the configured one is missing, or none is the default", () => {
    assert.equal(
      finding({ className: "fast" }),
      'storage.className: "fast" is no storage class of this cluster; the cluster has fixed, standard; choose one: ' +
        "pulumi config set --path storage.className fixed",
    );
    assert.match(
      finding({}, { classes: [fixed] }),
      /^storage\.className: not set, and no storage class is the cluster's default; the cluster has fixed;/,
    );
    assert.match(finding({}, { classes: [] }), /the cluster has no storage class; choose one: install one first$/);
    assert.deepEqual(preflightFindings({ ...request, className: "fixed" }, { ...facts, classes: [fixed] }, record), []);
  });

  it("checks the cluster's OpenEBS instead of its classes when the stack installs OpenEBS", () => {
    const openEbs = { engine: "hostpath", pools: [], managesNodes: false } as const;
    const own = { openEbs, className: "openebs-hostpath" };
    const none = { drivers: [], pools: [] };
    assert.deepEqual(preflightFindings({ ...request, ...own }, { ...facts, openEbs: none }, undefined), []);
    const openEbsNamespace = { metadata: { name: "openebs", uid: "7" } };
    assert.match(
      finding(own, { openEbs: { ...none, openEbsNamespace } }),
      /^storage\.engine: "hostpath" installs OpenEBS, and this cluster has one that is not this stack's;/,
    );
    assert.match(finding({ className: "fast" }, { openEbs: none }), /^storage\.className: "fast" is no storage class/);
  });

  it("refuses to remove nodeSsh while pools are on nodes that the last `up` prepared over SSH", () => {
    const pool = { node: "k0", disk: "/dev/sdb", replace: false };
    const ask = { openEbs: { engine: "replicated", pools: [pool], managesNodes: false } } as const;
    const made = { metadata: { name: "pool-k0", uid: "8" }, spec: { node: "k0", disks: ["/dev/sdb"] } };
    const openEbsNamespace = { metadata: { name: "openebs", uid: "7", annotations: { "wordpress/instance": "abc" } } };
    const seen = { openEbs: { openEbsNamespace, drivers: [], pools: [made] } };
    assert.match(
      finding(ask, seen, { managesNodes: true }),
      /^nodeSsh: is not set anymore, .* has prepared k0 over SSH/,
    );
    for (const previous of [undefined, record, { ...record, managesNodes: false }]) {
      assert.deepEqual(preflightFindings({ ...request, ...ask }, { ...facts, ...seen }, previous), []);
    }
  });

  it("refuses to install the NFS server while its namespace exists", () => {
    const nfsNamespace = { metadata: { name: "openebs-nfs", uid: "9" }, status: { phase: "Terminating" } };
    assert.match(
      finding({ nfs: true }, { nfs: { nfsNamespace, drivers: [] } }),
      /^contentStorageClass: not set, .* `kubectl --context lab get namespace openebs-nfs` finds nothing$/,
    );
    assert.deepEqual(preflightFindings({ ...request, nfs: true }, { ...facts, nfs: { drivers: [] } }, record), []);
  });

  it("requires a node that is Ready", () => {
    assert.match(finding({}, { nodes: [] }), /^kubernetes:context: "lab" has no node that is Ready/);
  });

  it("refuses another cluster than the stack's own, without further findings", () => {
    assert.equal(
      finding({ className: "fast" }, { cluster: "uid-2", context: "prod", server: "https://prod" }, {}),
      'kubernetes:context: "prod" (https://prod) leads to another cluster than the one this stack is on, "lab" ' +
        "(https://10.0.0.1:6443); nothing was changed. Go back: pulumi config set kubernetes:context lab. " +
        "For a second site on the other cluster, create a separate stack: pulumi stack init NAME",
    );
  });

  it("refuses another cluster behind a context of the same name", () => {
    assert.match(
      finding({}, { cluster: "uid-2", server: "https://10.0.0.1:7443" }, {}),
      /^kubernetes:context: "lab" \(https:\/\/10\.0\.0\.1:7443\) leads to another cluster .* Go back: use the kubeconfig of the previous cluster/,
    );
  });

  it("refuses another namespace, engine, or class for a stack with data, and tells how to move", () => {
    const steps = /To move: create a second stack with the new value, copy database and files, then destroy this one/;
    assert.equal(
      finding({ namespace: "blog" }, { previousClaims: data }, {}),
      'namespace: "blog" is not allowed on this stack: it has data on "wordpress" (the data is in data-mariadb-0, ' +
        "data-wordpress-0), and claims cannot move. Keep it: pulumi config set namespace wordpress. To move: create a second " +
        "stack with the new value, copy database and files, then destroy this one " +
        "(docs/how-to/move-a-site.md)",
    );
    const otherEngine = finding({ engine: "hostpath" }, { claims: data }, {});
    assert.match(otherEngine, /^storage\.engine: "hostpath" is not allowed.*storage\.engine existing/);
    assert.match(otherEngine, steps);
    const reclassed = finding({ className: "fixed" }, { claims: data }, {});
    assert.match(
      reclassed,
      /^storage\.className: "fixed" is not allowed.*Keep it: pulumi config set --path storage\.className standard/,
    );
    assert.match(reclassed, steps);
  });

  it("tells how to recreate claims that never got a volume", () => {
    const waiting = data.map((each): Claim => ({ ...each, status: { phase: "Pending" } }));
    assert.equal(
      finding({ className: "fixed" }, { claims: waiting }, {}),
      'storage.className: "fixed" is not allowed on this stack: its claims are on "standard" (data-mariadb-0, ' +
        "data-wordpress-0), and claims cannot move. They have no volumes yet, so no data is lost if you recreate the stack: " +
        "pulumi destroy, then pulumi up",
    );
    const [bound] = data;
    assert.match(finding({ className: "fixed" }, { claims: [bound as Claim, ...waiting] }, {}), /it has data on/);
  });

  it("accepts another namespace, engine, or class for a stack without data, and the class of its claims", () => {
    const quiet = (ask: Partial<PreflightRequest>, seen: Partial<ClusterFacts> = {}) =>
      assert.deepEqual(preflightFindings({ ...request, ...ask }, { ...facts, ...seen }, record), []);
    quiet({ namespace: "blog" });
    quiet({ engine: "hostpath" });
    quiet({ className: "fixed" });
    quiet({ className: "standard" }, { claims: data });
    // The class of the shared content is configured by a key of its own.
    const own = { className: "many", classIsManaged: true, migrateContent: false };
    const content = { content: "shared", accessMode: "ReadWriteMany", ...own } as const;
    const { metadata, spec } = claim("wordpress-content", "1Gi", "many");
    const shared = { metadata, spec: { ...spec, accessModes: ["ReadWriteMany"] } };
    quiet({ className: "standard", content }, { claims: [shared, claim("data-mariadb-0", "1Gi")] });
  });

  it("reports only the missing default class when storage.className is removed", () => {
    const claims = [claim("data-mariadb-0", "1Gi", "fixed")];
    assert.match(
      finding({}, { classes: [fixed], claims }, { configuredClass: "fixed" }),
      /^storage\.className: not set, and no storage class is the cluster's default;/,
    );
  });

  it("accepts another default class of the cluster for existing claims", () => {
    const other = { ...standard, metadata: { ...standard.metadata, name: "other" } };
    const seen = {
      ...facts,
      classes: [other, { ...standard, metadata: { name: "standard", uid: "1" } }],
      claims: data,
    };
    assert.deepEqual(preflightFindings(request, seen, record), []);
  });

  it("allows claims only to grow, and only if their class expands claims", () => {
    const grown = { claims: [{ of: { statefulSet: "mariadb" }, sizeKey: "mariadbStorage", size: "2Gi" }] };
    assert.deepEqual(preflightFindings({ ...request, ...grown }, { ...facts, claims: data }, record), []);
    assert.equal(
      finding(grown, { claims: [claim("data-mariadb-0", "1Gi", "fixed")] }, {}),
      'mariadbStorage: "2Gi" is not allowed; the claim data-mariadb-0 has 1Gi, and its storage class "fixed" does not ' +
        "expand claims; expected 1Gi; example: pulumi config set mariadbStorage 1Gi",
    );
    assert.equal(
      finding({}, { claims: [claim("data-wordpress-2", "2Gi")] }, {}),
      'wordpressStorage: "1Gi" is not allowed; the claim data-wordpress-2 has 2Gi, and a claim cannot shrink; ' +
        "expected at least 2Gi; example: pulumi config set wordpressStorage 2Gi",
    );
    const same = { claims: [{ of: { statefulSet: "mariadb" }, sizeKey: "mariadbStorage", size: "1024Mi" }] };
    assert.deepEqual(preflightFindings({ ...request, ...same }, { ...facts, claims: data }, record), []);
    const shared = { claims: [{ of: { claim: "wordpress-content" }, sizeKey: "contentStorage", size: "1Gi" }] };
    assert.match(
      finding(shared, { claims: [claim("wordpress-content", "2Gi"), claim("data-wordpress-0", "3Gi")] }, {}),
      /^contentStorage: "1Gi" is not allowed; the claim wordpress-content has 2Gi, and a claim cannot shrink; /,
    );
  });

  it("lists all findings at once", () => {
    const findings = preflightFindings(
      { ...request, className: "fast" },
      { ...facts, nodes: [], services: [service("shop", "web", 30007)] },
      undefined,
    );
    assert.deepEqual(
      findings.map((text) => text.split(":")[0]),
      ["wordpressNodePort", "storage.className", "kubernetes"],
    );
  });

  it("uses the configured class, or the default one", () => {
    assert.equal(effectiveClass(request, facts), "standard");
    assert.equal(effectiveClass({ ...request, className: "fixed" }, facts), "fixed");
  });

  it("expects the NodePort at 127.0.0.1 for a cluster on this machine, else at a node's address", () => {
    const at = (server: string, nodes = facts.nodes) => nodeAddress({ ...facts, server, nodes });
    assert.equal(at("https://127.0.0.1:6443"), "127.0.0.1");
    assert.equal(at("https://localhost:6443"), "127.0.0.1");
    assert.equal(at("http://localhost:8001"), "127.0.0.1");
    assert.equal(at("https://localhost"), "127.0.0.1");
    assert.equal(at("https://[::1]:6443"), "127.0.0.1");
    assert.equal(at("https://0.0.0.0:6550"), "127.0.0.1", "k3d");
    assert.equal(at("https://localhost.example.com:6443"), "10.0.0.2");
    assert.equal(at("https://127.example.com:6443"), "10.0.0.2");
    assert.equal(at(""), "10.0.0.2");
    assert.equal(at("https://proxy.example.com/https://127.0.0.1:6443"), "10.0.0.2");
    assert.equal(at("https://10.0.0.1:6443"), "10.0.0.2");
    assert.equal(at("https://x", [node("InternalIP", "10.0.0.2"), node("ExternalIP", "192.0.2.7")]), "192.0.2.7");
    const notReady = (address: string): Node => ({
      ...node("", ""),
      status: { addresses: [{ type: "InternalIP", address }] },
    });
    assert.equal(at("https://x", [notReady("10.0.0.1"), node("InternalIP", "10.0.0.2")]), "10.0.0.2");
    assert.equal(at("https://x", []), "127.0.0.1");
  });

  it("lists the addresses of all nodes once each, in lower case, the most likely one first", () => {
    const [first, second] = [node("InternalIP", "10.0.0.2"), node("ExternalIP", "192.0.2.7")];
    const unknown: Node = { ...first, status: {} };
    const nodes = [unknown, first, second, node("Hostname", "K0.Example.com"), node("Hostname", "k0.example.com")];
    assert.deepEqual(nodeAddresses({ ...facts, nodes }), ["192.0.2.7", "10.0.0.2", "k0.example.com"]);
  });
});
