import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { failure } from "../support/failure";
import { property } from "../support/properties";
import { operations, isAbout, subjects } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";
import { kubeconfigText, type SmallKubeconfigOptions } from "./support/smallKubeconfig";

const cluster = /^(create|delete) (?!Command|Random)/;

describe("cluster of a stack", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;

  beforeEach(async () => {
    site = await RecordedSite.start();
  });
  afterEach(() => site.stop());

  const text = async (token: string, options: SmallKubeconfigOptions) =>
    site.project.configureSecret("kubernetes:kubeconfig", kubeconfigText(token, options));
  const inFile = (name: string, options: SmallKubeconfigOptions) => {
    const file = site.project.inFolder(name);
    fs.writeFileSync(file, kubeconfigText("t", options));
    return file;
  };
  const assertUpdatesOnly = async () => {
    const { changes } = await site.up();
    assert.deepEqual(Object.keys(changes).sort(), ["same", "update"]);
    assert.deepEqual(
      operations(site.calls).filter((operation) => !operation.includes(" Command/")),
      [],
    );
  };
  /** The Kubernetes provider's inputs in the state, secrets included. */
  const providerInputs = async () => {
    const state = JSON.parse(await site.project.pulumi("stack", "export", "--show-secrets")) as {
      deployment: { resources: { type: string; inputs: unknown }[] };
    };
    return state.deployment.resources.find(({ type }) => type === "pulumi:providers:kubernetes")?.inputs;
  };

  it("is recognized by its UID: another address, CA, user, or context of the same cluster changes no object", async () => {
    await text("first", { address: 1 });
    await site.up();
    await text("second", { address: 1 });
    await assertUpdatesOnly();
    site.cluster.address = 2;
    await text("second", { address: 2 });
    await assertUpdatesOnly();
    site.cluster.authority = 3;
    await text("second", { address: 2, authority: 3 });
    await assertUpdatesOnly();
    await site.project.configure({ "kubernetes:context": "renamed" });
    await assertUpdatesOnly();
    await site.destroy();
    assert.deepEqual(site.provider.objects, []);
  });

  it("cannot be replaced by another one behind the same context: up is refused, and the state keeps the first one", async () => {
    await text("first", { address: 1 });
    await site.up();
    const before = await providerInputs();
    site.cluster.incarnation = 2;
    await text("first", { address: 2 });
    assert.match(await failure(site.up()), /leads to another cluster than the one this stack is on/);
    assert.deepEqual(operations(site.calls), ["update Command/preflight-check"]);
    assert.deepEqual(await providerInputs(), before);
  });

  it("cannot be replaced by another one at the same address with the same CA and credentials: up and destroy are refused", async () => {
    await site.up();
    site.cluster.incarnation = 2;
    site.cluster.address = 1;
    const grow = { wordpressStorage: "2Gi" };
    assert.match(await failure(site.up(grow)), /leads to another cluster than the one this stack is on/);
    assert.deepEqual(operations(site.calls), ["update Command/preflight-check"]);
    assert.match(await failure(site.destroy()), /UID uid of small 1; here it is uid of small 2/);
    assert.deepEqual(operations(site.calls), ["delete Command/destroy-guard"]);
  });

  it("is found in the last of several files in KUBECONFIG, and the state contains no path of them", async () => {
    const first = inFile("first", { contexts: ["other"] });
    const list = [site.project.inFolder("missing"), first, inFile("second", { contexts: ["small"] })];
    site.project.environment.KUBECONFIG = list.join(":");
    await site.up();
    const state = await site.project.pulumi("stack", "export", "--show-secrets");
    for (const file of list) assert.ok(!state.includes(file), file);
    // The provider is given no kubeconfig: it reads KUBECONFIG itself.
    assert.deepEqual(property(await providerInputs(), "kubeconfig"), "");
    site.project.environment.KUBECONFIG = inFile("elsewhere", {});
    assert.deepEqual(Object.keys((await site.up()).changes), ["same"]);
    await site.destroy();
  });

  it("is found on another machine: up with another path, and refresh and destroy without the file, succeed", async () => {
    await site.up({ "kubernetes:kubeconfig": inFile("mine", { address: 1 }) });
    fs.rmSync(site.project.inFolder("mine"));
    site.cluster.address = 2;
    await site.project.configure({ "kubernetes:kubeconfig": inFile("theirs", { address: 2 }) });
    await assertUpdatesOnly();
    fs.rmSync(site.project.inFolder("theirs"));
    await site.project.refresh();
    await site.destroy();
    assert.deepEqual(await site.project.resources(), []);
  });

  it("is kept when you replace the preflight: another cluster or storage class is still refused", async () => {
    await site.up();
    const replace = () => site.project.up("--replace", "**::preflight-check");
    site.begin();
    await replace();
    assert.deepEqual(
      operations(site.calls).filter((operation) => cluster.test(operation)),
      [],
    );
    await site.project.configure({ "storage.className": "fast" });
    site.begin();
    assert.match(
      await failure(replace()),
      /storage\.className: "fast" is not allowed on this stack: it has data on "standard"/,
    );
    assert.deepEqual(
      operations(site.calls).filter((operation) => !/ Command\/preflight-/.test(operation)),
      [],
    );
    await site.project.pulumi("config", "rm", "--path", "storage.className");
    site.cluster.incarnation = 2;
    site.cluster.areOthersComplete = true;
    site.begin();
    assert.match(await failure(replace()), /leads to another cluster than the one this stack is on/);
    assert.deepEqual(
      operations(site.calls).filter((operation) => !/ Command\/preflight-/.test(operation)),
      [],
    );
    site.cluster.incarnation = 1;
    await replace();
    await site.up({ wordpressReplicas: "2" });
  });

  const nodeSsh = {
    "nodeSsh.hosts.k0.host": "192.0.2.10",
    "nodeSsh.hosts.k0.hostKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8qXyq2Jq2nUe0mVb0h8v0xkXo3m9sQ2w5Jt6z7y8A1",
  };

  it("keeps its nodes that were prepared over SSH when you replace the preflight: nodeSsh cannot be removed", async () => {
    await site.project.configureSecret("nodeSshPrivateKey", "-----BEGIN OPENSSH PRIVATE KEY-----\n");
    const pool = { "storage.pools[0].node": "k0", "storage.pools[0].disk": "/dev/disk/by-id/ata-disk-of-k0" };
    await site.up({ "storage.engine": "replicated", "storage.replicas": "1", ...pool, ...nodeSsh });
    await site.project.pulumi("config", "rm", "nodeSshPrivateKey");
    await site.project.pulumi("config", "rm", "nodeSsh");
    site.begin();
    const output = await failure(site.project.up("--replace", "**::preflight-check"));
    assert.match(output, /nodeSsh: is not set anymore, and this stack has prepared k0 over SSH/);
    assert.deepEqual(
      operations(site.calls).filter((operation) => !/ Command\/preflight-/.test(operation)),
      [],
    );
    assert.match(await failure(site.up()), /nodeSsh: is not set anymore/);
  });
});

describe("pulumi destroy without the destroy guard", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;

  beforeEach(async () => {
    site = await RecordedSite.start();
  });
  afterEach(() => site.stop());

  /** Asserts that the command is refused on another cluster, which keeps its claims, and succeeds on the stack's own one. */
  const assertRefusedAt = async (command: string) => {
    const others = ["wordpress/data-mariadb-0", "wordpress/data-wordpress-0", "openebs/data-openebs-etcd-0"];
    site.cluster.claimsOfOthers = others;
    site.cluster.incarnation = 2;
    site.cluster.calls.length = 0;
    const output = await failure(site.destroy());
    assert.ok(subjects(site.calls, "delete").includes(`Command/${command}`), operations(site.calls).join());
    assert.deepEqual(site.cluster.claimsOfOthers, others);
    assert.deepEqual(
      site.cluster.calls.filter(({ verb }) => verb === "delete"),
      [],
    );
    assert.match(output, /No claim.* was deleted\. The context "small" leads to another cluster/);
    assert.match(output, /UID uid of small 1; here it is uid of small 2/);
    assert.match(output, /pulumi stack rm --force/);
    site.cluster.incarnation = 1;
    await site.destroy();
    assert.deepEqual(await site.project.resources(), []);
    assert.deepEqual(site.cluster.claimSizes, {});
  };

  it("deletes no claim of another cluster after a first up that failed", async () => {
    site.provider.failOnce({ matches: isAbout("StatefulSet/wordpress"), message: "exceeded quota: pods=1" });
    await failure(site.up());
    assert.ok(!subjects(site.calls, "create").includes("Command/destroy-guard"));
    await assertRefusedAt("volumes");
  });

  it("deletes no claim of another cluster after a destroy that failed midway", async () => {
    await site.up();
    site.provider.failOnce({ matches: isAbout("StatefulSet/wordpress", "delete"), message: "timed out waiting" });
    await failure(site.destroy());
    assert.ok(subjects(site.calls, "delete").includes("Command/destroy-guard"));
    await assertRefusedAt("volumes");
  });

  it("deletes nothing in another cluster's OpenEBS after a first up that failed at its release", async () => {
    site.provider.failOnce({
      matches: isAbout("Release/storage-openebs-release"),
      message: "context deadline exceeded",
    });
    await failure(site.up({ "storage.engine": "hostpath" }));
    assert.ok(!subjects(site.calls, "create").includes("Command/volumes"));
    await assertRefusedAt("storage-openebs-leftovers");
  });
});

describe("pulumi destroy", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;

  before(async () => {
    site = await RecordedSite.start();
    await site.up();
  });
  after(() => site.stop());

  /** Asserts that destroy is refused before anything is deleted. @returns the output */
  const refused = async (): Promise<string> => {
    const output = await failure(site.destroy());
    assert.deepEqual(operations(site.calls), ["delete Command/destroy-guard"]);
    assert.match(output, /Nothing was deleted\./);
    return output;
  };

  it("deletes nothing on another cluster behind the same context, and names the stack's own one", async () => {
    site.cluster.incarnation = 2;
    const output = await refused();
    site.cluster.incarnation = 1;
    assert.match(output, /another cluster than the one this stack is on: "small" \(https:\/\/small-1\.example:6443\)/);
    assert.match(output, /UID uid of small 1; here it is uid of small 2/);
    assert.match(output, /pulumi stack rm --force/);
  });

  it("deletes nothing of another stack's site in the namespace", async () => {
    site.cluster.namespacesOfOthers.push({
      metadata: { name: "wordpress", uid: "foreign", annotations: { "wordpress/instance": "another1" } },
    });
    assert.match(await refused(), /the namespace wordpress is not this stack's/);
    site.cluster.namespacesOfOthers.pop();
  });

  it("deletes nothing if the cluster does not answer or refuses the credentials, and tells so", async () => {
    site.cluster.refusal = "The connection to the server small-1.example:6443 was refused";
    assert.match(
      await refused(),
      /could not be read, .*: .*was refused\s+Make sure that `kubectl --context small get namespaces` works/s,
    );
    site.cluster.refusal = "error: You must be logged in to the server (Unauthorized)";
    assert.match(await refused(), /does not accept the credentials anymore: .*\(Unauthorized\)/);
    site.cluster.refusal = undefined;
  });

  it("tells to run `pulumi up` first if the credentials in the state have expired", async () => {
    await site.project.configureSecret("kubernetes:kubeconfig", kubeconfigText("old"));
    await site.up();
    site.cluster.refusal = "error: You must be logged in to the server (Unauthorized)";
    assert.match(
      await refused(),
      /Set new ones in kubernetes:kubeconfig, then: pulumi up, then run again: pulumi destroy/,
    );
    site.cluster.refusal = undefined;
  });

  it("leaves the stack unchanged when it is refused: up changes nothing", async () => {
    assert.deepEqual(Object.keys((await site.up()).changes), ["same"]);
  });

  it("deletes a part of the site with --target, and succeeds after the namespace was deleted by hand", async () => {
    await site.destroy("--target", "**::wordpress-service", "--target-dependents");
    const deleted = operations(site.calls);
    for (const name of ["Command/destroy-guard", "Service/wordpress"]) assert.ok(deleted.includes(`delete ${name}`));
    assert.ok(!deleted.includes("delete StatefulSet/mariadb"), deleted.join());
    await site.up();
    site.cluster.hasOwnNamespaces = false;
    await site.destroy();
    assert.deepEqual(await site.project.resources(), []);
  });
});
