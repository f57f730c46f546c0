import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "../../../stacks/config/load";
import type { Config } from "../../../stacks/config/tree";
import { defaults } from "../../../tests/support/loadedConfig";
import { registeredBy } from "../../../tests/support/mocks";
import { replicaCount } from "./keys";

const disk = (node: string) => `/dev/disk/by-id/ata-disk-of-${node}`;
const pools = (...nodes: string[]) => nodes.map((node) => ({ node, disk: disk(node) }));
const replicated = { engine: "replicated", pools: pools("k0", "k1", "k2", "k3") };

function load(storage: object, others: Record<string, string> = {}, secrets: string[] = []): Config {
  const config = { "wordpress:storage": JSON.stringify(storage), ...others };
  pulumi.runtime.setAllConfig({ "wordpress:content": "perPod", ...config }, secrets);
  return loadConfig();
}

/** The errors of a configuration. */
function errors(storage: object, others: Record<string, string> = {}, secrets: string[] = []): string[] {
  try {
    load(storage, others, secrets);
  } catch (error) {
    assert.ok(error instanceof pulumi.RunError);
    return error.message.split("\n  - ").slice(1);
  }
  return [];
}

const allowedDisk =
  "a disk by a name that stays the same: /dev/disk/by-id/NAME, pcie:///DDDD:BB:DD.F, aio:///FILE, uring:///FILE or, to " +
  "try it in memory, malloc:///NAME?size_mb=NUMBER";
const exampleDisk = "/dev/disk/by-id/nvme-Samsung_SSD_990_PRO_S7KHNJ0W123456";

describe("configuration keys of storage", () => {
  before(() => registeredBy(() => undefined));
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("have the documented defaults with storage.engine hostpath", () => {
    assert.deepEqual(load({ engine: "hostpath" }).storage, { ...defaults.storage, engine: "hostpath" });
    const { storage } = load({
      ...{ engine: "hostpath", chartVersion: "4.3.2", chartRepository: "http://127.0.0.1:8080/charts" },
      imageRegistry: "registry.example.com:5000/mirror",
    });
    assert.deepEqual(storage, {
      ...defaults.storage,
      engine: "hostpath",
      chartVersion: "4.3.2",
      chartRepository: "http://127.0.0.1:8080/charts",
      imageRegistry: "registry.example.com:5000/mirror",
    });
  });

  it("refuse a mariadbStorage that is too small for XFS with storage.engine replicated", () => {
    const refusal =
      'mariadbStorage: "299Mi" is not allowed; expected a Kubernetes quantity of at least 300Mi; example: pulumi config set ' +
      "mariadbStorage 2Gi";
    assert.deepEqual(errors(replicated, { "wordpress:mariadbStorage": "299Mi" }), [refusal]);
    assert.deepEqual(errors(replicated, { "wordpress:mariadbStorage": "300Mi" }), []);
    assert.deepEqual(errors({ engine: "existing" }, { "wordpress:mariadbStorage": "1Mi" }), []);
    assert.equal(errors(replicated, { "wordpress:mariadbStorage": "none" }).length, 1);
  });

  it("keep a volume on at most three pools with storage.engine replicated unless replicas says otherwise", () => {
    const expected = (nodes: string[], replicas: number | undefined, logging = false) => ({
      ...{ ...defaults.storage, engine: "replicated", logging, replicas },
      pools: pools(...nodes).map((pool) => ({ ...pool, replace: false })),
    });
    const { storage } = load(replicated);
    assert.deepEqual(storage, expected(["k0", "k1", "k2", "k3"], undefined));
    assert.equal(replicaCount(storage), 3);
    assert.equal(replicaCount(load({ engine: "replicated", pools: pools("k0") }).storage), 1);
    assert.equal(replicaCount(load({ ...replicated, replicas: 4 }).storage), 4);
    const all = { ...replicated, replicas: 4, logging: true };
    assert.deepEqual(load(all).storage, expected(["k0", "k1", "k2", "k3"], 4, true));
  });

  for (const uri of [
    ...["/dev/disk/by-id/wwn-0x5000c500a1b2c3d4", "aio:///dev/disk/by-id/x", "uring:///dev/disk/by-id/x?blk_size=512"],
    ...["aio:///var/openebs/pool.img", "pcie:///0000:01:00.0", "malloc:///pool?size_mb=512"],
  ]) {
    it(`take the disk ${uri}`, () => {
      assert.deepEqual(errors({ engine: "replicated", pools: [{ node: "k0", disk: uri }] }), []);
    });
  }

  for (const uri of [
    ...["sdb", "/dev/disk/by-id/", "/dev/mapper/x", "pcie:///1", "malloc:///x", "nvme:///dev/disk/by-id/x"],
    "/dev/disk/by-id/x;reboot",
  ]) {
    it(`refuse the disk ${uri}`, () => {
      assert.deepEqual(errors({ engine: "replicated", pools: [{ node: "k0", disk: uri }] }), [
        `storage.pools[0].disk: "${uri}" is not allowed; expected ${allowedDisk}; ` +
          `example: pulumi config set --path 'storage.pools[0].disk' ${exampleDisk}`,
      ]);
    });
  }

  for (const uri of ["/dev/sdb", "aio:///dev/nvme1n1"]) {
    it(`refuse the disk ${uri} and say how to find its stable name`, () => {
      const [found = ""] = errors({ engine: "replicated", pools: [{ node: "k0", disk: uri }] });
      const name = uri.split("/").at(-1);
      assert.ok(
        found.endsWith(`; names of that disk that stay: ls -l /dev/disk/by-id | grep -w ${name}, on k0`),
        found,
      );
      const [missing, nameless = "", ...others] = errors({
        engine: "replicated",
        pools: [{ disk: uri, replace: "yes" }],
      });
      assert.match(missing ?? "", /^storage\.pools\[0\]\.node: not set; expected/);
      assert.ok(nameless.endsWith(` | grep -w ${name}, on the node`), nameless);
      assert.deepEqual(
        others.map((text) => text.split("; expected")[0]),
        ['storage.pools[0].replace: "yes" is not allowed'],
      );
      assert.doesNotMatch(others.join(), /by-id/);
    });
  }

  it("refuse pools that are no list, lack a key, or have an unknown one", () => {
    const pool = (more: object) => errors({ engine: "replicated", pools: [more] });
    assert.deepEqual(errors({ engine: "replicated", replicas: 2, pools: "k0" }), [
      'storage.pools: "k0" is not allowed; expected a list of { node, disk, replace }; ' +
        "example: pulumi config set --path 'storage.pools[0].node' k0",
    ]);
    assert.deepEqual(errors({ engine: "replicated", replicas: 2, pools: "k0; example: k1" }), [
      'storage.pools: "k0; example: k1" is not allowed; expected a list of { node, disk, replace }; ' +
        "example: pulumi config set --path 'storage.pools[0].node' k0",
    ]);
    assert.deepEqual(errors({ engine: "replicated", replicas: 2 }), [
      "storage.pools: not set, and storage.engine replicated needs a pool on each node that holds data; " +
        "example: pulumi config set --path 'storage.pools[0].node' k0 && " +
        `pulumi config set --path 'storage.pools[0].disk' ${exampleDisk}`,
    ]);
    const empty = (index: number) => [`storage.pools[${index}].node: not set`, `storage.pools[${index}].disk: not set`];
    assert.deepEqual(
      pool({}).map((text) => text.split(";")[0]),
      empty(0),
    );
    // Two that lack the same key are not the same node.
    assert.deepEqual(
      errors({ engine: "replicated", pools: [{}, {}] }).map((text) => text.split(";")[0]),
      [...empty(0), ...empty(1)],
    );
    assert.deepEqual(pool({ node: "k0", disk: disk("k0"), size: "1Gi" }), [
      "storage.pools[0].size: unknown key; did you mean storage.pools[0].node? " +
        "Remove it: pulumi config rm --path 'storage.pools[0].size'",
    ]);
    assert.match(
      pool({ node: "k0", disk: disk("k0"), replace: "yes" })[0] ?? "",
      /replace: "yes" is not allowed; expected true or false/,
    );
  });

  it("refuse two pools on a node, and two on a disk", () => {
    const twice = [...pools("k0", "k1"), { node: "k0", disk: `aio://${disk("k1")}` }];
    const [node = "", ...others] = errors({ engine: "replicated", pools: twice });
    assert.equal(
      node.slice(0, node.lastIndexOf(" ")),
      'storage.pools[2].node: "k0" is already that of storage.pools[0]; expected one pool per node; ' +
        "example: pulumi config set --path 'storage.pools[2].node'",
    );
    assert.deepEqual(others, [
      `storage.pools[2].disk: "aio://${disk("k1")}" is already that of storage.pools[1]; expected a disk of its own; ` +
        `example: pulumi config set --path 'storage.pools[2].disk' ${exampleDisk}`,
    ]);
    // A file or a slot is another one on each node.
    const same = ["k0", "k1"].map((node) => ({ node, disk: "pcie:///0000:01:00.0" }));
    assert.deepEqual(errors({ engine: "replicated", pools: same }), []);
  });

  it("refuse more replicas than pools", () => {
    assert.deepEqual(errors({ ...replicated, replicas: 5 }), [
      'storage.replicas: "5" is not allowed; expected a whole number from 1 to 4, the number of storage.pools; ' +
        "example: pulumi config set --path storage.replicas 4",
    ]);
    assert.match(
      errors({ ...replicated, replicas: 0 })[0] ?? "",
      /expected a whole number from 1 to the number of storage\.pools/,
    );
  });

  for (const version of ["4.2.0", "4.5.0", "5.0.0", "latest", "4.4"]) {
    it(`refuse chart version ${version}, whose DiskPools are not known`, () => {
      assert.deepEqual(errors({ engine: "hostpath", chartVersion: version }), [
        `storage.chartVersion: "${version}" is not allowed; expected a version of OpenEBS's chart from 4.3.0 to 4.4.x, ` +
          "whose DiskPools are openebs.io/v1beta3; example: pulumi config set --path storage.chartVersion 4.4.0",
      ]);
    });
  }

  it("refuse a repository with a password in it, and a registry that is an address", () => {
    const wrong = {
      chartRepository: "https://me:secret@charts.example.com",
      imageRegistry: "https://registry.example.com",
    };
    assert.deepEqual(
      errors({ engine: "hostpath", ...wrong }).map((text) => text.split(":")[0]),
      ["storage.chartRepository", "storage.imageRegistry"],
    );
  });

  it("refuse keys that do not apply to storage.engine", () => {
    assert.deepEqual(errors({ engine: "existing", pools: pools("k0"), chartVersion: "4.4.0" }), [
      "storage.chartVersion: applies to storage.engine: hostpath or replicated, and storage.engine is existing; remove it: " +
        "pulumi config rm --path storage.chartVersion",
      "storage.pools: applies to storage.engine: replicated, and storage.engine is existing; remove it: " +
        "pulumi config rm --path storage.pools",
    ]);
    assert.deepEqual(
      errors({ engine: "hostpath", className: "fast", logging: true }).map((text) => text.split(",")[0]),
      [
        "storage.className: applies to storage.engine: existing",
        "storage.logging: applies to storage.engine: replicated",
      ],
    );
  });
});

describe("configuration keys of nodeSsh", () => {
  before(() => registeredBy(() => undefined));
  afterEach(() => pulumi.runtime.setAllConfig({}));

  const storage = { engine: "replicated", pools: pools("k0") };
  const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;
  const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n";
  const secret = ["wordpress:nodeSshPrivateKey"];
  const ssh = (nodeSsh: object, key?: string) => ({
    "wordpress:nodeSsh": JSON.stringify(nodeSsh),
    ...(key === undefined ? {} : { "wordpress:nodeSshPrivateKey": key }),
  });
  const whole = { hosts: { k0: { host: "192.0.2.10", hostKey } } };

  it("default to user root and port 22, and keep the private key as a secret", async () => {
    const { nodeSsh, nodeSshPrivateKey } = load(storage, ssh(whole, privateKey), secret);
    assert.ok(nodeSsh && nodeSshPrivateKey);
    const { user, port, hosts } = nodeSsh;
    assert.deepEqual([user, port, hosts], ["root", 22, whole.hosts]);
    assert.equal(await new Promise((resolve) => nodeSshPrivateKey.apply(resolve)), privateKey);
    assert.ok(await pulumi.isSecret(nodeSshPrivateKey));
  });

  it("refuse a nodeSsh that is no object, and do not require a host of a pool without a node", () => {
    assert.equal(
      errors(storage, { ...ssh({}, privateKey), "wordpress:nodeSsh": "root" }, secret)[0],
      'nodeSsh: "root" is not allowed; expected an object with the keys user, port, hosts; ' +
        "example: pulumi config set --path nodeSsh.user root",
    );
    const nameless = { engine: "replicated", pools: [{ disk: disk("k0") }] };
    assert.deepEqual(
      errors(nameless, ssh(whole, privateKey), secret).map((text) => text.split(";")[0]),
      ["storage.pools[0].node: not set"],
    );
  });

  it("take another user and port", () => {
    const { user, port } =
      load(storage, ssh({ ...whole, user: "admin", port: 2222 }, privateKey), secret).nodeSsh ?? {};
    assert.deepEqual([user, port], ["admin", 2222]);
  });

  const example = "pulumi config set --secret nodeSshPrivateKey < ~/.ssh/id_ed25519";
  it("refuse a private key that is missing, in plain text, or none", () => {
    assert.deepEqual(errors(storage, ssh(whole)), [
      `nodeSshPrivateKey: not set, and nodeSsh needs it; example: ${example}`,
    ]);
    assert.deepEqual(errors(storage, ssh(whole, privateKey)), [
      `nodeSshPrivateKey: is in plain text in the stack file; choose another one and set it as a secret: ${example}`,
    ]);
    for (const none of ["~/.ssh/id_ed25519", `key: ${privateKey}`, "-----BEGIN OPENSSH PUBLIC KEY-----"]) {
      assert.deepEqual(errors(storage, ssh(whole, none), secret), [
        `nodeSshPrivateKey: is not allowed; expected the text of a private key, as ssh-keygen writes it; example: ${example}`,
      ]);
    }
  });

  it("take nodes without a pool, which need the kernel module", () => {
    const hosts = { ...whole.hosts, "w1.example": { host: "192.0.2.11", hostKey }, constructor: whole.hosts.k0 };
    assert.deepEqual(load(storage, ssh({ hosts }, privateKey), secret).nodeSsh?.hosts, hosts);
  });

  it("refuse a node without a host or its key, and a name that no node can have", () => {
    assert.deepEqual(
      errors(storage, ssh({ hosts: { k9: {}, K_0: {} } }, privateKey), secret).map((text) => text.split(";")[0]),
      [
        "nodeSsh.hosts.K_0: unknown key. Remove it: pulumi config rm --path nodeSsh.hosts.K_0",
        "nodeSsh.hosts.k9.host: not set",
        "nodeSsh.hosts.k9.hostKey: not set",
        "nodeSsh.hosts.k0: not set, and k0 has a pool",
      ],
    );
    const [dotted] = errors({ engine: "replicated", pools: pools("k0.example") }, ssh({}, privateKey), secret);
    assert.ok(dotted?.includes(`pulumi config set --path 'nodeSsh.hosts["k0.example"].host' 192.0.2.10`), dotted);
    const rsa = { hosts: { k0: { host: "192.0.2.10", hostKey: `ssh-rsa ${"A".repeat(68)}` } } };
    assert.match(
      errors(storage, ssh(rsa, privateKey), secret)[0] ?? "",
      /expected the server's public key, ssh-ed25519 or/,
    );
  });

  it("take a host as JSON, as `pulumi config set --path` writes it", () => {
    const hosts = { k0: JSON.stringify(whole.hosts.k0) };
    assert.deepEqual(load(storage, ssh({ hosts }, privateKey), secret).nodeSsh?.hosts, whole.hosts);
  });

  it("report nothing but the removal of a key that does not apply", () => {
    const incomplete = ssh({ hosts: { k0: {} }, port: "ssh" }, "in plain text");
    assert.deepEqual(
      errors({ engine: "existing" }, incomplete).map((text) => text.split(";")[0]),
      [
        "nodeSshPrivateKey: is in plain text in the stack file",
        "nodeSsh: applies to storage.engine: replicated, and storage.engine is existing",
      ],
    );
    assert.deepEqual(
      errors(storage, { "wordpress:nodeSshPrivateKey": "in plain text" }).map((text) => text.split(";")[0]),
      ["nodeSshPrivateKey: has no effect without nodeSsh"],
    );
  });

  it("refuse nodeSsh without storage.engine replicated, and a private key without nodeSsh", () => {
    assert.deepEqual(errors({ engine: "existing" }, ssh(whole, privateKey), secret), [
      "nodeSsh: applies to storage.engine: replicated, and storage.engine is existing; remove it: pulumi config rm nodeSsh",
    ]);
    assert.deepEqual(errors(storage, { "wordpress:nodeSshPrivateKey": privateKey }, secret), [
      "nodeSshPrivateKey: has no effect without nodeSsh; remove it: pulumi config rm nodeSshPrivateKey, or name the " +
        "nodes: pulumi config set --path nodeSsh.hosts.k0.host 192.0.2.10",
    ]);
  });
});
