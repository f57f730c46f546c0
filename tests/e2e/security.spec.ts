import * as assert from "node:assert/strict";
import { run } from "../../lab/support/processes";
import { failure } from "../support/failure";
import { LabSite } from "./support/labSite";
import { sharedPlace, sitePods, wordPressCode } from "./support/sharedSite";

const namespace = "guarded";
const title = `"'; DROP TABLE wp_posts; -- $(touch /tmp/ran) \`id\` <?php touch("/tmp/ran"); ?> \${x} %0a {{.}} \u{1F986}`;
const login = "a.b-c_d @e";

interface Secret {
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

describe("a stack that is hard to get into", function () {
  this.timeout(15 * 60_000);
  let site: LabSite;

  before(async () => {
    site = await LabSite.start(
      sharedPlace(namespace, 30097, { wordpressReplicas: 2, siteTitle: title, adminUser: login }),
    );
    await site.project.up();
  });
  after(() => site?.stop());

  const inNamespace = (...args: string[]) => site.cluster.kubectl("--namespace", namespace, ...args);

  it("runs under the level restricted, which the cluster enforces: a pod with more rights is refused", async () => {
    const output = await failure(inNamespace("run", "intruder", "--image=registry.k8s.io/pause:3.10"));
    assert.match(output, /violates PodSecurity "restricted/);
  });

  it("has processes of www-data and mysql alone, which can change no file of their image", async () => {
    const [pod] = await sitePods(site);
    for (const [name, user] of [
      [pod?.metadata.name ?? "", "33"],
      ["mariadb-0", "999"],
    ] as const) {
      const owners = await site.inPod(name, "sh", "-c", "stat --format %u /proc/[0-9]*");
      assert.deepEqual([...new Set(owners.trim().split("\n"))], [user], name);
      assert.match(await failure(site.inPod(name, "sh", "-c", "touch /usr/mine")), /Read-only file system/);
    }
  });

  it("has no token of the cluster's API in any pod", async () => {
    for (const name of await site.cluster.names("pods", namespace)) {
      const mounts = await inNamespace("get", "pod", name, "--output=jsonpath={..mountPath}");
      assert.ok(!mounts.includes("serviceaccount"), name);
    }
    for (const account of ["default", "wordpress", "mariadb"]) {
      const user = `system:serviceaccount:${namespace}:${account}`;
      const rights = await inNamespace("auth", "can-i", "--list", `--as=${user}`);
      const resources = rights
        .split("\n")
        .map((line) => line.split(/\s+/)[0] ?? "")
        .filter((resource) => !["", "Resources"].includes(resource) && !resource.startsWith("self"));
      assert.deepEqual(resources, [], `${account}: ${rights}`);
    }
  });

  it("lets WordPress's user of the database have its own database alone, and root in from the server's own pod alone", async () => {
    const grants = (await site.rows("show grants for wordpress@'%'")).trim().split("\n");
    assert.deepEqual(
      grants.map((grant) => grant.replace(/ IDENTIFIED BY .*/, "")),
      ["GRANT USAGE ON *.* TO `wordpress`@`%`", "GRANT ALL PRIVILEGES ON `wordpress`.* TO `wordpress`@`%`"],
    );
    const users = await site.rows("select user, host from mysql.user where host <> 'localhost' order by user, host");
    assert.ok(!users.includes("root"), users);
    const [pod] = await sitePods(site);
    const code = `try { new mysqli("mariadb", "root", "x"); } catch (Exception $e) { echo $e->getMessage(); }`;
    assert.match(await site.inPod(pod?.metadata.name ?? "", "php", "-r", code), /Access denied for user 'root'/);
  });

  it("shows none of its passwords and keys in a process list, a log, an event, an object or in clear in the state", async () => {
    const { items } = await site.cluster.json<{ items: Secret[] }>("get", "secrets", "--namespace", namespace);
    const values = items.flatMap(({ metadata, data = {} }) =>
      Object.entries(data)
        // Whom the password is for is no secret.
        .filter(([key]) => key !== "username")
        .map(([key, text]) => [`${metadata.name}/${key}`, Buffer.from(text, "base64").toString()] as const),
    );
    assert.equal(values.length, 2 + 8 + 1, values.map(([name]) => name).join(", "));
    const kinds =
      "pods,deployments,replicasets,statefulsets,jobs,cronjobs,configmaps,services,persistentvolumeclaims,events";
    const pods = await site.cluster.names("pods", namespace);
    const logs = await Promise.all(pods.map((pod) => inNamespace("logs", pod, "--all-containers")));
    const places: Record<string, string> = {
      "a process list": await run("ps", ["axww", "-o", "args"]),
      "the logs": logs.join(""),
      "an object": await inNamespace("get", kinds, "--output=yaml"),
      "kubectl describe": await inNamespace("describe", `${kinds},secrets`),
      "what pulumi printed": site.project.transcript,
      "the state": await site.project.pulumi("stack", "export"),
    };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.length > 100, `${place} is empty`);
      for (const [name, value] of values) assert.ok(!text.includes(value), `${name} is in ${place}`);
    }
  });

  it("has another user with another password after databasePasswordRotation, and nobody gets in with the former", async () => {
    const password = async () =>
      Buffer.from(await inNamespace("get", "secret", "mariadb", "--output=jsonpath={.data.password}"), "base64");
    const former = (await password()).toString();
    await site.project.configure({ databasePasswordRotation: "2" });
    await site.project.up();
    assert.notEqual((await password()).toString(), former);
    assert.equal(await site.status(), 200);
    const users = await site.rows("select user from mysql.user where host = '%' and user like 'wordpress%'");
    assert.equal(users.trim(), "wordpress2");
    const grants = await site.rows("show grants for wordpress2@'%'");
    assert.match(grants, /^GRANT USAGE ON \*\.\* .*\nGRANT ALL PRIVILEGES ON `wordpress`\.\* TO `wordpress2`@`%`\n$/);
    const { changes } = await site.project.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
  });

  it("takes what comes from the configuration as it is written, and runs none of it", async () => {
    const [pod] = await sitePods(site);
    const code = wordPressCode("echo html_entity_decode(get_option('blogname'), ENT_QUOTES);");
    assert.equal(await site.inPod(pod?.metadata.name ?? "", "php", "-r", code), title);
    assert.equal((await site.rows("show tables")).trim().split("\n").length, 12);
    assert.equal((await site.rows("select user_login from wp_users")).trim(), login);
    const found = await Promise.all(
      [pod?.metadata.name ?? "", "mariadb-0"].map((name) => site.inPod(name, "ls", "/tmp")),
    );
    assert.ok(!found.join("").includes("ran"));
  });
});
