import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mock } from "node:test";
import type { AnyObject, Pod } from "../kubernetes/objects";
import { dropPreviousUsers, ensurePassword, prepareUser, serverVersion } from "./databaseUsers";
import type { KubectlCall } from "../../tests/engine/support/kubectlCall";
import { SmallDatabase } from "../../tests/engine/support/smallDatabase";
import { SmallKubectl } from "../../tests/support/smallKubectl";

const request = { namespace: "blog", database: "wordpress", password: "newPassword1" };
const named = (name: string, namespace = "blog"): AnyObject => ({ metadata: { name, namespace, uid: name } });
const serverIn = (namespace: string): Pod => ({
  ...named("mariadb-0", namespace),
  status: { conditions: [{ type: "Ready", status: "True" }] },
});
const server = serverIn("blog");
const site = (name: string, checksum: string, phase = "Running", namespace = "blog"): Pod => ({
  metadata: {
    ...named(name, namespace).metadata,
    labels: { app: "wordpress" },
    // Spelled out, because pods of a previous version of the program have it too.
    annotations: { "wordpress/database-checksum": checksum },
  },
  status: { phase },
});
const secretOf = (username: string, password: string, namespace = "blog") => {
  const encode = (text: string) => Buffer.from(text).toString("base64");
  return { ...named("mariadb", namespace), data: { username: encode(username), password: encode(password) } };
};

/** Objects of another site, in the default namespace. */
const others: Readonly<Record<string, readonly AnyObject[]>> = {
  statefulsets: [named("mariadb", "wordpress")],
  pods: [serverIn("wordpress"), site("wordpress-0", "old", "Running", "wordpress")],
  secrets: [secretOf("wordpress5", "newPassword1", "wordpress")],
};

/** A cluster with these objects by kind and another site's objects. Its database answers the first query with these rows. */
function smallCluster(objects: Readonly<Record<string, readonly AnyObject[]>>, rows: readonly string[] = []) {
  const sql: string[] = [];
  const answer = ({ verb, words, flags, input }: KubectlCall) => {
    const { namespace, container } = flags;
    assert.deepEqual([verb, namespace, words[0], container], ["exec", "blog", "mariadb-0", "mariadb"]);
    sql.push(input.replace(/\s+/g, " ").trim());
    return sql.length === 1 ? rows.map((row) => `${row}\n`).join("") : "";
  };
  const all = Object.entries(others).map(([kind, items]) => [kind, [...items, ...(objects[kind] ?? [])]] as const);
  return { kubectl: new SmallKubectl(Object.fromEntries(all), { answer }), sql };
}
const running = { statefulsets: [named("mariadb")], pods: [server] };
const createUser = (user: string) =>
  `create user if not exists '${user}'@'%' identified by 'newPassword1'; grant all privileges on \`wordpress\`.* to '${user}'@'%';`;

describe("database user of WordPress", () => {
  it("is dropped when its successor is in use, unlike other users with similar names", async () => {
    const database = new SmallDatabase();
    for (const user of ["wordpress", "wordpress2", "wordpress_reader", "my-wordpress", "wordpress2x", "root"]) {
      database.add(user);
    }
    const kubectl = new SmallKubectl({ pods: [] }, { answer: ({ input }) => database.run(input) });
    assert.deepEqual(await dropPreviousUsers(kubectl, { namespace: "blog", user: "wordpress2", checksum: "c" }), [
      "wordpress",
    ]);
    assert.deepEqual(database.users, ["wordpress2", "wordpress_reader", "my-wordpress", "wordpress2x", "root"]);
  });

  it("is left to the image to create before the server's first start", async () => {
    const { kubectl, sql } = smallCluster({});
    assert.equal(await prepareUser(kubectl, request), "wordpress");
    assert.deepEqual(sql, []);
  });

  for (const [taken, user] of [
    [["wordpress\t0"], "wordpress2"],
    [["wordpress2\t0"], "wordpress"],
    [["wordpress\t0", "wordpress2\t0"], "wordpress3"],
    [["wordpress\t0", "wordpress2\t1"], "wordpress2"],
    [[], "wordpress"],
  ] as const) {
    it(`is named ${user} if the server has ${taken.join(", ").replaceAll("\t", " with the password: ") || "no user"}`, async () => {
      const { kubectl, sql } = smallCluster(running, taken);
      assert.equal(await prepareUser(kubectl, request), user);
      assert.equal(sql[1], createUser(user));
    });
  }

  it("is queried and created by SQL on standard input, so that no command line has the password", async () => {
    const { kubectl, sql } = smallCluster(running);
    await prepareUser(kubectl, request);
    assert.deepEqual(
      sql.map((text) => text.includes(request.password)),
      [true, true],
    );
    const commandLines = kubectl.calls.map(({ verb, words, flags }) => JSON.stringify({ verb, words, flags }));
    assert.ok(!commandLines.some((line) => line.includes(request.password)));
  });

  it("is created by root, with the root password from the server's pod", async () => {
    const { kubectl } = smallCluster(running);
    const run = mock.method(kubectl, "run");
    await prepareUser(kubectl, request);
    const commands = run.mock.calls.map(({ arguments: [args] }) => args).filter(([verb]) => verb === "exec");
    assert.equal(commands.length, 2);
    for (const args of commands) {
      const [shell = "", ...rest] = args.slice(args.indexOf("--") + 1);
      // Replaces the client by a command that prints the client's password and arguments.
      const script = rest.map((word) => word.replace("mariadb", `sh -c 'echo "$MYSQL_PWD $*"' mariadb`));
      const env = { ...process.env, MARIADB_ROOT_PASSWORD: "top" };
      assert.equal(
        execFileSync(shell, script, { env, encoding: "utf8" }),
        "top --user=root --batch --skip-column-names\n",
      );
    }
  });

  it("is refused with a password that could end an SQL string", async () => {
    const { kubectl, sql } = smallCluster(running);
    await assert.rejects(prepareUser(kubectl, { ...request, password: "a'b" }), /letters and digits/);
    assert.deepEqual(sql, []);
  });

  it("is named wordpress if there is no server and the Secret has only a password", async () => {
    const { metadata, data } = secretOf("", "newPassword1");
    const { kubectl } = smallCluster({ secrets: [{ metadata, data: { password: data.password } } as AnyObject] });
    assert.equal(await prepareUser(kubectl, request), "wordpress");
  });

  for (const [secretUser, password, user] of [
    ["wordpress2", "newPassword1", "wordpress2"],
    ["wordpress", "old", "wordpress2"],
    ["wordpress2", "old", "wordpress"],
  ] as const) {
    it(`is named ${user} if there is no server and the Secret has ${secretUser} with the password ${password}`, async () => {
      const { kubectl, sql } = smallCluster({ secrets: [named("wordpress"), secretOf(secretUser, password)] });
      assert.equal(await prepareUser(kubectl, request), user);
      assert.deepEqual(sql, []);
    });
  }

  const terminating = { ...server, metadata: { ...server.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
  for (const [state, pods] of [
    ["has no ready pod", []],
    ["is terminating", [terminating]],
    ["is not ready, unlike a pod of the site", [{ ...server, ...named("wordpress-0") }]],
  ] as const) {
    it(`is not created if the server ${state}`, async () => {
      const { kubectl, sql } = smallCluster({ statefulsets: [named("mariadb")], pods });
      await assert.rejects(prepareUser(kubectl, request, 0), {
        message:
          /was not ready within 0 s.*Nothing was changed\.\nInspect: kubectl --namespace blog describe pod mariadb-0/,
      });
      assert.deepEqual(sql, []);
    });
  }
});

describe("password of the database user", () => {
  it("is not changed if it matches the Secret", async () => {
    const { kubectl, sql } = smallCluster(running, ["wordpress\t0", "wordpress2\t1"]);
    await ensurePassword(kubectl, { ...request, user: "wordpress2" });
    assert.equal(sql.length, 1);
  });

  it("is set if the server has another password or lacks the user", async () => {
    for (const rows of [["wordpress2\t0"], ["wordpress\t1"]]) {
      const { kubectl, sql } = smallCluster(running, rows);
      await ensurePassword(kubectl, { ...request, user: "wordpress2" });
      assert.equal(sql[1], `${createUser("wordpress2")} alter user 'wordpress2'@'%' identified by 'newPassword1';`);
    }
  });
});

describe("version of the database server", () => {
  it("is the server's own", async () => {
    const { kubectl, sql } = smallCluster(running, ["10.11.14-MariaDB"]);
    assert.equal(await serverVersion(kubectl, "blog"), "10.11.14-MariaDB");
    assert.deepEqual(sql, ["select version();"]);
  });
});

describe("previous database users", () => {
  const rows = ["wordpress", "wordpress2"];
  const keep = { namespace: "blog", user: "wordpress2", checksum: "new" };

  it("are dropped once no pod uses them, not counting terminated and unrelated pods", async () => {
    const pods = [
      site("a", "new"),
      site("b", "old", "Failed"),
      site("c", "old", "Succeeded"),
      { ...named("other"), status: {} },
    ];
    const { kubectl, sql } = smallCluster({ pods }, [...rows, "wordpress3"]);
    assert.deepEqual(await dropPreviousUsers(kubectl, keep), ["wordpress", "wordpress3"]);
    assert.equal(sql[1], "drop user 'wordpress'@'%'; drop user 'wordpress3'@'%';");
  });

  it("are kept while pods use one, with a message that names these pods", async () => {
    const { metadata } = named("wordpress-older");
    // A pod of a version that did not write the checksum.
    const older = { metadata: { ...metadata, labels: { app: "wordpress" } }, status: {} };
    const pods = [site("wordpress-old", "old"), site("wordpress-new", "new"), older];
    const { kubectl, sql } = smallCluster({ pods }, rows);
    await assert.rejects(dropPreviousUsers(kubectl, keep, 0), {
      message:
        "The database's previous user was not dropped, because pods still use it: wordpress-old, wordpress-older.\n" +
        "Inspect: kubectl --namespace blog get pods\nWhen they have terminated, run again: pulumi up",
    });
    assert.equal(sql.length, 1);
  });

  it("do not exist at the first up", async () => {
    const { kubectl, sql } = smallCluster({ pods: [site("a", "old")] }, ["wordpress2"]);
    assert.deepEqual(await dropPreviousUsers(kubectl, keep), []);
    assert.equal(sql.length, 1);
  });
});
