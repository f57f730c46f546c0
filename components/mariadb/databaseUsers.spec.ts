import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mock } from "node:test";
import type { AnyObject, Pod } from "../kubernetes/objects";
import { dropFormerUsers, ensurePassword, prepareUser } from "./databaseUsers";
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
    // Pods of a previous version of the program have it too.
    annotations: { "wordpress/database-checksum": checksum },
  },
  status: { phase },
});
const secretOf = (username: string, password: string, namespace = "blog") => {
  const encode = (text: string) => Buffer.from(text).toString("base64");
  return { ...named("mariadb", namespace), data: { username: encode(username), password: encode(password) } };
};

/** Another site, in the namespace that is the default one. */
const others: Readonly<Record<string, readonly AnyObject[]>> = {
  statefulsets: [named("mariadb", "wordpress")],
  pods: [serverIn("wordpress"), site("wordpress-0", "old", "Running", "wordpress")],
  secrets: [secretOf("wordpress5", "newPassword1", "wordpress")],
};

/** A cluster with these objects by kind beside those of others, whose database answers a first question with these rows. */
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
const making = (user: string) =>
  `create user if not exists '${user}'@'%' identified by 'newPassword1'; grant all privileges on \`wordpress\`.* to '${user}'@'%';`;

describe("the database's user", () => {
  it("is dropped when the next one is used, and no user of others with a name like it", async () => {
    const database = new SmallDatabase();
    for (const user of ["wordpress", "wordpress2", "wordpress_reader", "my-wordpress", "wordpress2x", "root"]) {
      database.add(user);
    }
    const kubectl = new SmallKubectl({ pods: [] }, { answer: ({ input }) => database.run(input) });
    assert.deepEqual(await dropFormerUsers(kubectl, { namespace: "blog", user: "wordpress2", checksum: "c" }), [
      "wordpress",
    ]);
    assert.deepEqual(database.users, ["wordpress2", "wordpress_reader", "my-wordpress", "wordpress2x", "root"]);
  });

  it("is left to the image before the server's first start", async () => {
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
    it(`is ${user} where there is ${taken.join(", ").replaceAll("\t", " with the password: ") || "none"}`, async () => {
      const { kubectl, sql } = smallCluster(running, taken);
      assert.equal(await prepareUser(kubectl, request), user);
      assert.equal(sql[1], making(user));
    });
  }

  it("is asked for by standard input: no password is on a command line", async () => {
    const { kubectl, sql } = smallCluster(running);
    await prepareUser(kubectl, request);
    assert.deepEqual(
      sql.map((text) => text.includes(request.password)),
      [true, true],
    );
    const commandLines = kubectl.calls.map(({ verb, words, flags }) => JSON.stringify({ verb, words, flags }));
    assert.ok(!commandLines.some((line) => line.includes(request.password)));
  });

  it("is created by root, with the password that the server's pod has", async () => {
    const { kubectl } = smallCluster(running);
    const run = mock.method(kubectl, "run");
    await prepareUser(kubectl, request);
    const commands = run.mock.calls.map(({ arguments: [args] }) => args).filter(([verb]) => verb === "exec");
    assert.equal(commands.length, 2);
    for (const args of commands) {
      const [shell = "", ...rest] = args.slice(args.indexOf("--") + 1);
      // Prints what the client is given in its place.
      const script = rest.map((word) => word.replace("mariadb", `sh -c 'echo "$MYSQL_PWD $*"' mariadb`));
      const env = { ...process.env, MARIADB_ROOT_PASSWORD: "top" };
      assert.equal(
        execFileSync(shell, script, { env, encoding: "utf8" }),
        "top --user=root --batch --skip-column-names\n",
      );
    }
  });

  it("is never made with what could end a text in SQL", async () => {
    const { kubectl, sql } = smallCluster(running);
    await assert.rejects(prepareUser(kubectl, { ...request, password: "a'b" }), /letters and digits/);
    assert.deepEqual(sql, []);
  });

  it("is the first one where there is no server, and the Secret tells of a password alone", async () => {
    const { metadata, data } = secretOf("", "newPassword1");
    const { kubectl } = smallCluster({ secrets: [{ metadata, data: { password: data.password } } as AnyObject] });
    assert.equal(await prepareUser(kubectl, request), "wordpress");
  });

  for (const [told, password, user] of [
    ["wordpress2", "newPassword1", "wordpress2"],
    ["wordpress", "old", "wordpress2"],
    ["wordpress2", "old", "wordpress"],
  ] as const) {
    it(`is ${user} where there is no server, and the Secret tells of ${told} with the password ${password}`, async () => {
      const { kubectl, sql } = smallCluster({ secrets: [named("wordpress"), secretOf(told, password)] });
      assert.equal(await prepareUser(kubectl, request), user);
      assert.deepEqual(sql, []);
    });
  }

  const going = { ...server, metadata: { ...server.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
  for (const [what, pods] of [
    ["does not get ready", []],
    ["is going away", [going]],
    ["is not ready beside a pod that is", [{ ...server, ...named("wordpress-0") }]],
  ] as const) {
    it(`is not made where the server ${what}`, async () => {
      const { kubectl, sql } = smallCluster({ statefulsets: [named("mariadb")], pods });
      await assert.rejects(prepareUser(kubectl, request, 0), {
        message: /did not get ready within 0 s.*nothing was changed.*kubectl --namespace blog describe pod mariadb-0/,
      });
      assert.deepEqual(sql, []);
    });
  }
});

describe("the password of the database's user", () => {
  it("is left alone where it is the right one", async () => {
    const { kubectl, sql } = smallCluster(running, ["wordpress\t0", "wordpress2\t1"]);
    await ensurePassword(kubectl, { ...request, user: "wordpress2" });
    assert.equal(sql.length, 1);
  });

  it("is set where the server has another one, or not the user", async () => {
    for (const rows of [["wordpress2\t0"], ["wordpress\t1"]]) {
      const { kubectl, sql } = smallCluster(running, rows);
      await ensurePassword(kubectl, { ...request, user: "wordpress2" });
      assert.equal(sql[1], `${making("wordpress2")} alter user 'wordpress2'@'%' identified by 'newPassword1';`);
    }
  });
});

describe("the database's former users", () => {
  const rows = ["wordpress", "wordpress2"];
  const keep = { namespace: "blog", user: "wordpress2", checksum: "new" };

  it("are dropped once no pod uses them; pods that have ended and other people's do not count", async () => {
    const pods = [
      site("a", "new"),
      site("b", "old", "Failed"),
      site("c", "old", "Succeeded"),
      { ...named("other"), status: {} },
    ];
    const { kubectl, sql } = smallCluster({ pods }, [...rows, "wordpress3"]);
    assert.deepEqual(await dropFormerUsers(kubectl, keep), ["wordpress", "wordpress3"]);
    assert.equal(sql[1], "drop user 'wordpress'@'%'; drop user 'wordpress3'@'%';");
  });

  it("are kept while pods use one; the message names these pods", async () => {
    const { metadata } = named("wordpress-older");
    // A pod of a version that did not write the checksum.
    const older = { metadata: { ...metadata, labels: { app: "wordpress" } }, status: {} };
    const pods = [site("wordpress-old", "old"), site("wordpress-new", "new"), older];
    const { kubectl, sql } = smallCluster({ pods }, rows);
    await assert.rejects(dropFormerUsers(kubectl, keep, 0), {
      message:
        "Pods still use the database's former user: wordpress-old, wordpress-older. It is kept. " +
        "Look: kubectl --namespace blog get pods; when they are gone: pulumi up",
    });
    assert.equal(sql.length, 1);
  });

  it("are none at the first up", async () => {
    const { kubectl, sql } = smallCluster({ pods: [site("a", "old")] }, ["wordpress2"]);
    assert.deepEqual(await dropFormerUsers(kubectl, keep), []);
    assert.equal(sql.length, 1);
  });
});
