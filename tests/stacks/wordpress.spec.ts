import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "../../stacks/config/load";
import type { StackOutputs } from "../../stacks/outputs";
import { deploy } from "../../stacks/wordpress";
import { answers, preflightResult, type Registered, registeredBy } from "../support/mocks";
import { isSecret, property, unwrapped } from "../support/properties";

async function stack(
  config: Record<string, string> = {},
  secrets: readonly string[] = [],
  agreed: Partial<typeof preflightResult> = {},
): Promise<{ resources: Registered[]; outputs: StackOutputs }> {
  let outputs: StackOutputs | undefined;
  const resources = await registeredBy(
    () => {
      const full = (key: string) => (key.includes(":") ? key : `wordpress:${key}`);
      pulumi.runtime.setAllConfig(
        {
          "kubernetes:context": "test",
          "wordpress:content": "perPod",
          ...Object.fromEntries(Object.entries(config).map(([key, value]) => [full(key), value])),
        },
        secrets.map(full),
      );
      outputs = deploy(loadConfig()).outputs;
    },
    (type, name) =>
      name === "preflight-check" ? { stdout: JSON.stringify({ ...preflightResult, ...agreed }) } : answers(type, name),
  );
  assert.ok(outputs);
  return { resources, outputs };
}

const valueOf = <T>(input: pulumi.Input<T>) =>
  new Promise<pulumi.Unwrap<T>>((resolve) => pulumi.output(input).apply(resolve));
const protectedNames = ({ resources }: { resources: Registered[] }) =>
  resources.filter(({ protect }) => protect).map(({ name }) => name);

describe("stack", () => {
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("installs only OpenEBS's release with the engine hostpath: no pool, no label, no class of the program's own", async () => {
    const { resources, outputs } = await stack({ storage: '{"engine":"hostpath"}' });
    const own = ({ type }: Registered) => /helm|StorageClass|NodePatch|DiskPool|VolumeSnapshotClass/.test(type);
    assert.deepEqual(
      resources.filter(own).map(({ name }) => name),
      ["storage-openebs-release"],
    );
    assert.deepEqual(outputs.diskPools, []);
    const claims = resources.filter(({ type }) => type.endsWith(":StatefulSet")).map(({ inputs }) => inputs.spec);
    assert.equal(claims.length, 2);
    for (const spec of claims as { volumeClaimTemplates: { spec: { storageClassName: string } }[] }[]) {
      assert.equal(spec.volumeClaimTemplates[0]?.spec.storageClassName, "openebs-hostpath");
    }
  });

  describe("with the engine replicated and shared content", () => {
    const storage = '{"engine":"replicated","pools":[{"node":"k0","disk":"/dev/disk/by-id/x"}]}';
    const shared = { content: "shared", storage, wordpressStorage: "5Gi" };
    const byNfs = ({ resources }: { resources: Registered[] }) =>
      resources.filter(({ name }) => /^nfs/.test(name)).map(({ name }) => name);
    const classOf = ({ resources }: { resources: Registered[] }, name: string) =>
      (resources.find((resource) => resource.name === name)?.inputs.spec as { storageClassName?: string })
        ?.storageClassName;

    it("installs the NFS server on a volume of its own, as large as the content's", async () => {
      const made = await stack(shared);
      assert.equal(classOf(made, "wordpress-shared-content-claim"), "openebs-nfs");
      assert.equal(classOf(made, "nfs-server-claim"), "openebs-nfs-server");
      const sizes = ["wordpress-shared-content-claim", "nfs-server-claim"].map(
        (name) => made.resources.find((resource) => resource.name === name)?.inputs.spec,
      ) as { resources: { requests: { storage: string } } }[];
      assert.deepEqual(
        sizes.map(({ resources }) => resources.requests.storage),
        ["5Gi", "5Gi"],
      );
      const classes = await valueOf(made.outputs.storageClasses);
      for (const name of ["openebs-nfs", "openebs-nfs-server"]) assert.ok(classes.includes(name), name);
    });

    it("has replicas of the server's volume on as many pools as others, with a file system that keeps its ID on another node", async () => {
      const pools = ["k0", "k1"].map((node) => ({ node, disk: `/dev/disk/by-id/${node}` }));
      const { resources } = await stack({ ...shared, storage: JSON.stringify({ engine: "replicated", pools }) });
      const { parameters } = resources.find(({ name }) => name === "nfs-server-class")?.inputs ?? {};
      assert.deepEqual(parameters, { protocol: "nvmf", repl: "2", fsType: "ext4" });
    });

    it("keeps the NFS server if contentStorageClass names its class, as a message recommends", async () => {
      assert.ok(byNfs(await stack({ ...shared, contentStorageClass: "openebs-nfs" })).includes("nfs-driver"));
    });

    it("installs no NFS server if the site does not need one", async () => {
      const others: Record<string, string>[] = [
        { contentStorageClass: "many" },
        { contentAccessMode: "ReadWriteOnce" },
        { content: "perPod" },
      ];
      for (const other of others) {
        assert.deepEqual(byNfs(await stack({ ...shared, ...other })), []);
      }
    });

    it("protects the storage of the content with dataRetention retain", async () => {
      const names = protectedNames(await stack({ ...shared, dataRetention: "retain" }));
      for (const name of ["nfs-namespace", "nfs-server-claim", "nfs-driver", "nfs-class"]) {
        assert.ok(names.includes(name), name);
      }
    });

    it("allows only nodes to connect to the NFS server", async () => {
      const { resources } = await stack(shared);
      const policy = resources.find(({ name }) => name === "nfs-server-policy")?.inputs.spec;
      assert.deepEqual(policy, {
        ...{ podSelector: {}, policyTypes: ["Ingress", "Egress"] },
        ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.2/32" } }], ports: [{ port: 2049, protocol: "TCP" }] }],
      });
    });

    it("refuses a namespace that the stack creates for storage", () => {
      for (const namespace of ["openebs", "openebs-nfs"]) {
        assert.throws(() => {
          pulumi.runtime.setAllConfig({ "wordpress:storage": storage, "wordpress:namespace": namespace });
          loadConfig();
        }, /namespace: "openebs[^"]*" is one that storage.engine replicated creates; choose another one: pulumi config set/);
      }
    });
  });

  it("prepares the nodes over SSH if nodeSsh is set, with a secret private key and a checked host key", async () => {
    const { resources } = await stack(
      {
        storage: '{"engine":"replicated","pools":[{"node":"k0","disk":"/dev/disk/by-id/x"}]}',
        nodeSsh: JSON.stringify({
          user: "admin",
          hosts: { k0: { host: "192.0.2.10", hostKey: `ssh-ed25519 ${"A".repeat(68)}` } },
        }),
        nodeSshPrivateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
      },
      ["nodeSshPrivateKey"],
    );
    const [command] = resources.filter(({ type }) => type === "command:remote:Command");
    const connection = command?.inputs.connection as Record<string, unknown>;
    assert.ok(isSecret(connection) || isSecret(connection.privateKey));
    assert.equal(property(connection, "hostKey"), `ssh-ed25519 ${"A".repeat(68)}`);
    assert.match(String(command?.inputs.create), /^sudo -n sh -c '/);
    assert.ok(!JSON.stringify(resources.filter(({ name }) => name !== command?.name)).includes("OPENSSH"));
  });

  it("keeps the output of each command secret in the state, including commands over SSH", async () => {
    const host = { host: "192.0.2.10", hostKey: `ssh-ed25519 ${"A".repeat(68)}` };
    const { resources } = await stack(
      {
        storage: '{"engine":"replicated","pools":[{"node":"k0","disk":"/dev/disk/by-id/x"}]}',
        nodeSsh: JSON.stringify({ hosts: { k0: host, w1: host } }),
        nodeSshPrivateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
      },
      ["nodeSshPrivateKey"],
    );
    const commands = resources.filter(({ type }) => type.startsWith("command:"));
    assert.deepEqual([...new Set(commands.map(({ type }) => type))].sort(), [
      "command:local:Command",
      "command:remote:Command",
    ]);
    const inClear = commands.filter(
      ({ secretOutputs }) => !["stdout", "stderr"].every((key) => secretOutputs.includes(key)),
    );
    assert.deepEqual(
      inClear.map(({ name }) => name),
      [],
    );
  });

  it("loads the module nvme-tcp on nodes of nodeSsh without a pool, and sets no huge pages there", async () => {
    const host = { host: "192.0.2.10", hostKey: `ssh-ed25519 ${"A".repeat(68)}` };
    const { resources } = await stack(
      {
        storage: '{"engine":"replicated","pools":[{"node":"k0","disk":"/dev/disk/by-id/x"}]}',
        nodeSsh: JSON.stringify({ hosts: { w1: { ...host, host: "192.0.2.11" }, k0: host } }),
        nodeSshPrivateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
      },
      ["nodeSshPrivateKey"],
    );
    const commands = resources.filter(({ type }) => type === "command:remote:Command");
    assert.deepEqual(
      commands.map(({ name }) => name),
      ["storage-nodes-k0-preparation", "storage-nodes-w1-module"],
    );
    const [, module] = commands;
    assert.ok(JSON.stringify(module?.inputs.connection).includes("192.0.2.11"));
    for (const operation of ["create", "update", "delete"]) {
      assert.match(String(module?.inputs[operation]), /modprobe (-r )?nvme-tcp/);
      assert.ok(!String(module?.inputs[operation]).includes("hugepages"), operation);
    }
    const requests = resources
      .map(({ inputs }) => JSON.stringify(inputs))
      .filter((text) => text.includes("huge-pages"));
    assert.ok(requests.length > 0 && requests.every((text) => !text.includes("w1")), requests.join());
    const labels = resources.filter(({ type }) => type.endsWith(":NodePatch"));
    assert.deepEqual(
      labels.map(({ name }) => name),
      ["storage-nodes-k0-label"],
    );
  });

  it("outputs the URL, the namespace and the storage classes", async () => {
    const { outputs } = await stack({ wordpressNodePort: "30123", namespace: "blog" });
    assert.equal(await valueOf(outputs.url), "http://127.0.0.1:30123");
    assert.equal(outputs.namespace, "blog");
    assert.deepEqual(await valueOf(outputs.storageClasses), ["standard"]);
  });

  it("outputs a valid URL for a node with an IPv6 address", async () => {
    const { outputs } = await stack({}, [], { nodeAddress: "fd00::2" });
    const url = await valueOf(outputs.url);
    assert.equal(url, "http://[fd00::2]:30007");
    assert.equal(new URL(url).host, "[fd00::2]:30007");
  });

  it("outputs siteUrl as the URL if it is set", async () => {
    const site = { content: "shared", contentStorageClass: "many", siteUrl: "https://blog.example.com" };
    assert.equal(await valueOf((await stack(site)).outputs.url), "https://blog.example.com");
  });

  it("installs the site with the configured adminPassword, keeps it secret, and generates no other", async () => {
    const site = { content: "shared", contentStorageClass: "many", adminPassword: "correct horse" };
    const { resources, outputs } = await stack(site, ["adminPassword"]);
    const inputs = resources.find(({ name }) => name.endsWith("-installer-admin"))?.inputs;
    assert.ok(isSecret(inputs?.stringData) || isSecret(property(inputs, "stringData.password")));
    assert.equal(property(inputs, "stringData.password"), "correct horse");
    assert.equal(await valueOf(outputs.adminPassword), "correct horse");
    assert.ok(await pulumi.isSecret(pulumi.output(outputs.adminPassword)));
    assert.deepEqual(
      resources.filter(({ name }) => name.endsWith("admin-password")),
      [],
    );
  });

  it("shows the standard error of all scripts while they run, including the preflight's", async () => {
    const { resources } = await stack({ content: "shared", contentStorageClass: "many" });
    const commands = resources.filter(({ type }) => type === "command:local:Command");
    assert.ok(commands.some(({ name }) => name === "preflight-check"));
    for (const { name, inputs } of commands) assert.equal(inputs.logging, "stderr", name);
  });

  it("protects nothing with dataRetention delete", async () => {
    assert.deepEqual(protectedNames(await stack()), []);
  });

  it("protects the passwords that the data needs with dataRetention retain, but not the rotated salts and password", async () => {
    assert.deepEqual(protectedNames(await stack({ dataRetention: "retain" })), [
      "namespace",
      "mariadb-secret",
      "wordpress-keys-secret",
      "mariadb-root-password",
      "instance",
    ]);
  });

  it("keeps a kubeconfig's text secret, and gives the provider none if kubectl's own rules apply", async () => {
    const secrecy = async (text?: string) => {
      const { resources } = await stack(text === undefined ? {} : { "kubernetes:kubeconfig": text });
      const inputs = (name: string) => resources.find((resource) => resource.name === name)?.inputs;
      const { kubeconfig } = inputs("cluster") ?? assert.fail();
      const secret = [kubeconfig, inputs("preflight-check")?.environment].map((input) => Boolean(isSecret(input)));
      return [unwrapped(kubeconfig), ...secret];
    };
    assert.deepEqual(await secrecy(), ["", false, false]);
    const text = "apiVersion: v1\nkind: Config\n";
    assert.deepEqual(await secrecy(text), [text, true, true]);
  });
});
