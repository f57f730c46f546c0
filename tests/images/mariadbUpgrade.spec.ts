import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { mariaDbPodSpec } from "../../components/mariadb/mariaDbPod";
import { SeededRandom } from "../faults/support/seededRandom";
import type { Container } from "./support/container";
import { Workbench } from "./support/workbench";

const mysql = 999;
const password = "root";
const [older, newer] = ["docker.io/library/mariadb:10.11", "docker.io/library/mariadb:11.8"];
const connection = {
  configMap: { name: "mariadb", database: "database" },
  secret: { name: "mariadb", username: "username", password: "password" },
};

describe("upgrade of the database from MariaDB 10.11 to 11.8, as the program runs it", function () {
  this.timeout(10 * 60_000);
  const workbench = new Workbench();
  const random = new SeededRandom(process.env.FAULT_SEED ?? "18");
  let data: string;
  let dumps: string;
  let server: Container;

  /** Starts a server in the program's pod, on the same files. */
  function begin(image: string): Promise<Container> {
    const [pod] = mariaDbPodSpec({ image, upgrade: "allow", connection, maxConnections: 10 }).containers;
    const upgrade = (pod?.env ?? []).flatMap((variable) =>
      "value" in variable ? [[variable.name, variable.value]] : [],
    );
    return workbench.start(image, {
      ...{ uid: mysql, readOnly: true, args: pod?.args ?? [] },
      env: {
        ...(Object.fromEntries(upgrade) as Record<string, string>),
        ...{ MARIADB_ROOT_PASSWORD: password, MARIADB_DATABASE: "wordpress", MARIADB_INITDB_SKIP_TZINFO: "1" },
      },
      volumes: {
        "/var/lib/mysql": data,
        "/run/mysqld": workbench.volume(mysql),
        "/tmp": workbench.volume(mysql),
        "/dumps": dumps,
      },
    });
  }

  const isReady = (container: Container) =>
    container.exec(["healthcheck.sh", "--connect", "--innodb_initialized"]).code === 0;
  async function serving(image: string): Promise<Container> {
    const container = await begin(image);
    await container.until("the server is ready", () => isReady(container));
    return container;
  }
  const client = ["-uroot", `-p${password}`];
  const rows = (sql: string) => server.read(["mariadb", ...client, "-N", "wordpress", "-e", sql]).trim();

  before(async () => {
    await workbench.open(older, newer);
    dumps = workbench.volume();
    data = workbench.volume(mysql);
    server = await serving(older);
    rows(`
      create table before_it (name varchar(40));
      insert into before_it select concat('row ', seq) from seq_1_to_5000;
      create user 'wordpress'@'%' identified by 'secret'; grant all on wordpress.* to 'wordpress'@'%'`);
    await server.stop();
  });
  after(() => workbench.close());

  it("is complete after three kills at random moments, with all rows and users", async () => {
    const info = path.join(data, "mariadb_upgrade_info");
    const reached: string[] = [];
    for (const longestMs of [2000, 6000, 12_000]) {
      server = await begin(newer);
      await wait(longestMs * random.next());
      reached.push(lastNote(server.output));
      await server.remove();
    }
    server = await serving(newer);
    assert.match(fs.readFileSync(info, "utf8"), /^11\.8\./, reached.join("; "));
    assert.match(rows("select version()"), /^11\.8\./);
    assert.equal(rows("select count(*) from before_it"), "5000");
    assert.equal(rows("show grants for 'wordpress'@'%'").split("\n").length, 2);
    assert.doesNotMatch(server.read(["mariadb-check", ...client, "--all-databases"]), /error|corrupt|crashed/i);
    console.log(`      killed at: ${reached.join("; ")}`);
  });

  it("is not repeated at the next start", async () => {
    await server.stop();
    server = await serving(newer);
    assert.match(server.output, /upgrade not required/);
  });

  it("lets previous tables be joined with those of a new database, and keeps transactions as they were", () => {
    rows(
      "create database later; create table later.after_it (name varchar(40)); insert into later.after_it values ('row 7')",
    );
    assert.equal(rows("select count(*) from before_it join later.after_it on before_it.name = after_it.name"), "1");
    assert.equal(rows("select @@innodb_snapshot_isolation"), "0");
  });

  it("makes dumps that 10.11 loads", async () => {
    const dump = server.read(["mariadb-dump", ...client, "--databases", "wordpress", "later"]);
    fs.writeFileSync(path.join(dumps, "wordpress.sql"), dump);
    await server.stop();
    data = workbench.volume(mysql);
    server = await serving(older);
    server.read(["sh", "-c", `mariadb ${client.join(" ")} < /dumps/wordpress.sql`]);
    assert.equal(rows("select count(*) from before_it"), "5000");
  });
});

/** The last thing that the entrypoint or the server said, without its time. */
function lastNote(output: string): string {
  const line = output.trim().split("\n").at(-1) ?? "";
  return line.replace(/^\S+ \S+ /, "").slice(0, 70);
}
