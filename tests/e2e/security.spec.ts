import * as assert from "node:assert/strict";
import * as path from "node:path";
import { labEnvironment } from "../../lab/cluster/environment";
import { run } from "../../lab/support/processes";
import { ExecTrail } from "../support/execTrail";
import { failure } from "../support/failure";
import { record } from "../support/reliability";
import { LabSite } from "./support/labSite";
import { SecretSearch } from "./support/secretSearch";
import { sharedPlace, sitePods, wordPressCode } from "./support/sharedSite";

const namespace = "guarded";
/** On the claim, which the installer job mounts too: files of the title's commands outlive the job there. */
const trace = "/var/www/html/wp-content/ran";
const title = `"'; DROP TABLE wp_posts; -- $(touch ${trace} /tmp/ran) \`touch ${trace}\` <?php touch("${trace}"); ?> \${x} %0a {{.}} \u{1F986}`;
const login = "a.b-c_d @e";

describe("security of a deployed stack", function () {
  this.timeout(15 * 60_000);
  let site: LabSite;
  let search: SecretSearch;
  let trail: ExecTrail | undefined;

  before(async () => {
    site = await LabSite.start(
      sharedPlace(namespace, 30097, { wordpressReplicas: 2, siteTitle: title, adminUser: login }),
    );
    const started = await ExecTrail.start();
    trail = started;
    search = new SecretSearch(site, () => started.commandLines());
    await site.project.up();
  });
  after(async () => {
    await trail?.stop();
    await site?.stop();
  });

  const inNamespace = (...args: string[]) => site.cluster.kubectl("--namespace", namespace, ...args);

  /** All grants of a database user. */
  const grantsOf = async (user: string) => {
    const grants = (await site.rows(`show grants for ${user}@'%'`)).trim().split("\n");
    return grants.map((grant) => grant.replace(/ IDENTIFIED BY .*/, ""));
  };
  const grantsFor = (user: string) => [
    `GRANT USAGE ON *.* TO \`${user}\`@\`%\``,
    `GRANT ALL PRIVILEGES ON \`wordpress\`.* TO \`${user}\`@\`%\``,
  ];
  /** The users that may connect from another pod: all except those that are limited to the server's own pod. */
  const usersFromElsewhere = async () => {
    const own = "('localhost', '127.0.0.1', '::1')";
    return (await site.rows(`select user, host from mysql.user where host not in ${own}`)).trim().split("\n");
  };
  /** The database's response to a login from a WordPress pod. The password is on no command line. */
  const logIn = async (user: string, password: string) => {
    const [pod] = await sitePods(site);
    const code = `mysqli_report(MYSQLI_REPORT_OFF);
      $to = @new mysqli('mariadb', '${user}', stream_get_contents(STDIN), 'wordpress'); echo $to->connect_error ?? 'let in';`;
    const php = ["--namespace", namespace, "exec", "--stdin", pod?.metadata.name ?? "", "--", "php", "-r", code];
    return run("kubectl", php, { env: labEnvironment(), input: password });
  };

  it("enforces the Pod Security level restricted: a pod without a securityContext is refused", async () => {
    const output = await failure(inNamespace("run", "intruder", "--image=registry.k8s.io/pause:3.10"));
    assert.match(output, /violates PodSecurity "restricted/);
    record("Security", {
      fault: "a pod without a security context, created in the namespace with kubectl",
      holds: "the API server refuses it: the level `restricted` is enforced, and all pods of the site run under it",
      measured: `${new Set(output.match(/allowPrivilegeEscalation|capabilities|runAsNonRoot|seccompProfile/g)).size} violations named`,
    });
  });

  it("runs WordPress as www-data and the database as mysql, which cannot change a file of their images", async () => {
    const [pod] = await sitePods(site);
    let processes = 0;
    for (const [name, user] of [
      [pod?.metadata.name ?? "", "33"],
      ["mariadb-0", "999"],
    ] as const) {
      const owners = await site.inPod(name, "sh", "-c", "stat --format %u /proc/[0-9]*");
      assert.deepEqual([...new Set(owners.trim().split("\n"))], [user], name);
      processes += owners.trim().split("\n").length;
      assert.match(await failure(site.inPod(name, "sh", "-c", "touch /usr/mine")), /Read-only file system/);
    }
    record("Security", {
      fault:
        "the processes in WordPress's and the database's pod are listed, and a file is written next to their programs",
      holds: "they are www-data's and mysql's, none is root's; the file system is read-only",
      measured: `${processes} processes`,
    });
  });

  it("mounts no API token in any pod, and gives no service account permissions", async () => {
    const pods = await site.cluster.names("pods", namespace);
    assert.ok(pods.length > 2, pods.join());
    for (const name of pods) {
      const mounts = await inNamespace("get", "pod", name, "--output=jsonpath={..mountPath}");
      assert.ok(!mounts.includes("serviceaccount"), name);
    }
    const accounts = await site.cluster.names("serviceaccounts", namespace);
    for (const account of ["default", "wordpress", "mariadb"]) assert.ok(accounts.includes(account), account);
    const permissionsOf = (account: string) =>
      inNamespace("auth", "can-i", "--list", `--as=system:serviceaccount:${namespace}:${account}`);
    // Kubernetes lets every account review its own permissions and read public certificates.
    const ofEveryAccount = await permissionsOf("account-that-does-not-exist");
    const resources = ofEveryAccount.split("\n").map((line) => line.split(/\s+/)[0] ?? "");
    const known =
      /^(Resources|selfsubject\w+\.(authentication|authorization)\.k8s\.io|clustertrustbundles\.certificates\.k8s\.io|)$/;
    assert.deepEqual(
      resources.filter((resource) => !known.test(resource)),
      [],
    );
    assert.match(ofEveryAccount, /^selfsubject/m);
    for (const account of accounts) assert.equal(await permissionsOf(account), ofEveryAccount, account);
    record("Security", {
      fault: "a search for a token of the API in every pod, and a check of the permissions of their accounts",
      holds:
        "no token; each account has only the permissions of every account: its own permissions and public certificates",
      measured: `${accounts.length} accounts`,
    });
  });

  it("lets WordPress's user of the database use only its own database, and root log in only from the server's pod", async () => {
    const grants = await grantsOf("wordpress");
    assert.deepEqual(grants, grantsFor("wordpress"));
    assert.deepEqual(await usersFromElsewhere(), ["wordpress\t%"]);
    const [pod] = await sitePods(site);
    const code = `try { new mysqli("mariadb", "root", "x"); } catch (Exception $e) { echo $e->getMessage(); }`;
    assert.match(await site.inPod(pod?.metadata.name ?? "", "php", "-r", code), /Access denied for user 'root'/);
    record("Security", {
      fault: "the grants of WordPress's database user are listed, and root logs in from a WordPress pod",
      holds: "it has permissions on its own database only; root can log in from the database's own pod only",
      measured: `${grants.length} grants`,
    });
  });

  it("has another database user with another password after databasePasswordRotation, and refuses the previous password", async () => {
    const password = async () =>
      Buffer.from(await inNamespace("get", "secret", "mariadb", "--output=jsonpath={.data.password}"), "base64");
    const previous = (await password()).toString();
    assert.equal(await logIn("wordpress", previous), "let in");
    await search.gather();
    await site.project.configure({ databasePasswordRotation: "2" });
    await site.project.up();
    const current = (await password()).toString();
    assert.notEqual(current, previous);
    assert.equal(await site.status(), 200);
    assert.equal(await logIn("wordpress2", current), "let in");
    for (const user of ["wordpress", "wordpress2", "root"]) {
      assert.match(await logIn(user, previous), new RegExp(`^Access denied for user '${user}'@`));
    }
    assert.match(await logIn("wordpress", current), /^Access denied for user 'wordpress'@/);
    assert.deepEqual(await usersFromElsewhere(), ["wordpress2\t%"]);
    assert.deepEqual(await grantsOf("wordpress2"), grantsFor("wordpress2"));
    const { changes } = await site.project.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
    record("Security", {
      fault: "logins to the database with the previous user and password after another `databasePasswordRotation`",
      holds:
        "all are refused, and another user with another password has exactly its permissions; the next up changes nothing",
      measured: "1 rotation",
    });
  });

  it("stores values of the configuration unchanged, and executes none of them", async () => {
    const [pod] = await sitePods(site);
    const code = wordPressCode("echo html_entity_decode(get_option('blogname'), ENT_QUOTES);");
    assert.equal(await site.inPod(pod?.metadata.name ?? "", "php", "-r", code), title);
    assert.equal((await site.rows("show tables")).trim().split("\n").length, 12);
    assert.equal((await site.rows("select user_login from wp_users")).trim(), login);
    for (const [name, folder] of [
      [pod?.metadata.name ?? "", path.dirname(trace)],
      [pod?.metadata.name ?? "", "/tmp"],
      ["mariadb-0", "/tmp"],
    ] as const) {
      const files = (await site.inPod(name, "ls", folder)).trim().split("\n");
      assert.ok(!files.includes("ran"), `${name} has ${folder}/ran`);
    }
    record("Security", {
      fault:
        "a title of quotes, SQL, `$(touch …)`, backticks, `<?php`, a template and an emoji, and a login with spaces and dots",
      holds: "both are stored unchanged, and no part of them is executed",
      measured: "12 tables, no file",
    });
  });

  it("leaks no current or previous password or salt to command lines, logs, objects, output, or state", async () => {
    // Eight salts, root's password, the administrator's, and WordPress's database password before and after the rotation.
    assert.equal(await search.gather(), 8 + 1 + 1 + 2);
    const places = await search.places();
    for (const [place, text] of Object.entries(places)) assert.ok(text.length > 100, `${place} is empty`);
    assert.deepEqual(await search.found(places), []);
    const length = Object.values(places).reduce((sum, text) => sum + text.length, 0);
    record("Security", {
      fault:
        "a search for each generated value, in plain text and in base64: in the command lines of all programs that were started from the first `up` on (by the kernel's audit records), in logs, events, objects, `kubectl describe`, what pulumi printed, and the state",
      holds: "none is found, neither from before databasePasswordRotation nor from after it",
      measured: `12 values in ${Object.keys(places).length} places, ${(length / 1e6).toFixed(1)} million characters`,
    });
  });
});
