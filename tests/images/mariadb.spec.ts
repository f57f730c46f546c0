import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Container } from "./support/container";
import { type Workbench, workbenchFor } from "./support/workbench";

const mysql = 999;
const env = {
  MARIADB_ROOT_PASSWORD: "root's \\ secret",
  MARIADB_ROOT_HOST: "localhost",
  MARIADB_USER: "wordpress",
  MARIADB_PASSWORD: "pass'word\\",
  MARIADB_DATABASE: "word_press",
  MARIADB_INITDB_SKIP_TZINFO: "1",
};
const check = ["healthcheck.sh", "--connect", "--innodb_initialized"];

function client(user: string, password: string, sql: string, host = "127.0.0.1"): string[] {
  return ["mariadb", "-h", host, `-u${user}`, `-p${password}`, "--batch", "--skip-column-names", "-e", sql];
}

function query(container: Container, ...given: Parameters<typeof client>): string {
  return container.read(client(...given)).trim();
}

/** The server's message when it refuses a user. */
function refusal(container: Container, ...given: Parameters<typeof client>): string {
  const { code, output } = container.exec(client(...given));
  assert.notEqual(code, 0, output);
  return output;
}

/** The images' versions, and the file in which each keeps the version of the last upgrade. */
const versions = [
  ["10.11", "mysql_upgrade_info"],
  ["11.8", "mariadb_upgrade_info"],
] as const;

for (const [version, upgradeInfo] of versions)
  describe(`image mariadb:${version}`, function () {
    const reference = `docker.io/library/mariadb:${version}`;
    this.timeout(6 * 60_000);
    const workbench = workbenchFor(reference);

    async function serving(options: Parameters<Workbench["start"]>[1]): Promise<Container> {
      const container = await workbench.start(reference, options);
      await container.until("healthcheck.sh holds", () => container.exec(check).code === 0);
      return container;
    }

    it("has the official image's uid, entrypoint, volume and port", () => {
      const { config, rootfs } = workbench.image(reference);
      assert.match(fs.readFileSync(path.join(rootfs, "etc/passwd"), "utf8"), /^mysql:x:999:999:/m);
      assert.deepEqual(config.Entrypoint, ["docker-entrypoint.sh"]);
      assert.deepEqual(config.Cmd, ["mariadbd"]);
      assert.deepEqual(Object.keys(config.Volumes ?? {}), ["/var/lib/mysql"]);
      assert.deepEqual(Object.keys(config.ExposedPorts ?? {}), ["3306/tcp"]);
    });

    it("creates the user and the database once, and keeps the rows when it starts again", async () => {
      const data = workbench.volume();
      const volumes = { "/var/lib/mysql": data };
      const first = await serving({ env, volumes, args: ["--ignore-db-dirs=lost+found"] });
      assert.equal(
        query(first, "wordpress", env.MARIADB_PASSWORD, "SELECT DATABASE(), CURRENT_USER()"),
        "NULL\twordpress@%",
      );
      query(
        first,
        "wordpress",
        env.MARIADB_PASSWORD,
        "CREATE TABLE word_press.t (a INT); INSERT INTO word_press.t VALUES (7)",
      );
      assert.match(refusal(first, "wordpress", env.MARIADB_PASSWORD, "CREATE DATABASE other"), /Access denied/);
      assert.equal(first.exec(["healthcheck.sh", "--su-mysql", "--connect", "--innodb_initialized"]).code, 0);
      assert.match(first.output, /Initializing database files/);
      await first.stop();
      assert.equal(fs.statSync(path.join(data, "ibdata1")).uid, mysql);

      fs.mkdirSync(path.join(data, "lost+found"));
      const again = await serving({
        env: { ...env, MARIADB_PASSWORD: "another" },
        volumes,
        args: ["--ignore-db-dirs=lost+found"],
      });
      assert.equal(query(again, "wordpress", env.MARIADB_PASSWORD, "SELECT a FROM word_press.t"), "7");
      assert.doesNotMatch(
        query(again, "root", env.MARIADB_ROOT_PASSWORD, "SHOW DATABASES", "localhost"),
        /lost\+found/,
      );
      assert.doesNotMatch(again.output, /Initializing database files/);
      assert.match(again.output, /MariaDB upgrade not required/);
    });

    it("accepts root only from localhost if MARIADB_ROOT_HOST says so", async () => {
      const container = await serving({ env });
      assert.equal(
        query(container, "root", env.MARIADB_ROOT_PASSWORD, "SELECT CURRENT_USER()", "localhost"),
        "root@localhost",
      );
      assert.match(refusal(container, "root", env.MARIADB_ROOT_PASSWORD, "SELECT 1"), /Access denied/);
      assert.match(refusal(container, "root", "", "SELECT 1", "localhost"), /Access denied/);
    });

    it("prints a random root password that is valid from every host", async () => {
      const container = await serving({ env: { MARIADB_RANDOM_ROOT_PASSWORD: "1" } });
      const password = /GENERATED ROOT PASSWORD: (\S+)/.exec(container.output)?.[1];
      assert.ok(password, container.output);
      assert.equal(query(container, "root", password, "SELECT CURRENT_USER()"), "root@%");
      // Named time zones are loaded unless MARIADB_INITDB_SKIP_TZINFO is set.
      const converted = "SELECT CONVERT_TZ('2026-07-01 12:00:00', 'UTC', 'Europe/Berlin')";
      assert.equal(query(container, "root", password, converted), "2026-07-01 14:00:00");
    });

    it("is not healthy while the temporary server of the initialization runs", async () => {
      const scripts = workbench.volume();
      fs.writeFileSync(
        path.join(scripts, "wait.sh"),
        "touch /tmp/reached; until test -e /tmp/go; do sleep 0.1; done\n",
      );
      const volumes = { "/docker-entrypoint-initdb.d": scripts };
      const container = await workbench.start(reference, { env, volumes });
      assert.notEqual(container.exec(check).code, 0);
      await container.until(
        "the temporary server is up",
        () => container.exec(["test", "-e", "/tmp/reached"]).code === 0,
      );
      assert.match(container.read(["mariadb", "-uroot", `-p${env.MARIADB_ROOT_PASSWORD}`, "-e", "SELECT 'up'"]), /up/);
      assert.notEqual(container.exec(check).code, 0);
      assert.notEqual(container.exec(["healthcheck.sh", "--innodb_initialized"]).code, 0);
      container.read(["touch", "/tmp/go"]);
      await container.until("healthcheck.sh holds", () => container.exec(check).code === 0);
    });

    it("runs as the user mysql from the start, with its files read-only and secrets from files", async () => {
      const secrets = workbench.volume(mysql);
      fs.writeFileSync(path.join(secrets, "root"), "from a file\n");
      const container = await serving({
        uid: mysql,
        readOnly: true,
        env: { MYSQL_ROOT_PASSWORD_FILE: "/secrets/root", MARIADB_INITDB_SKIP_TZINFO: "1" },
        volumes: {
          "/secrets": secrets,
          "/var/lib/mysql": workbench.volume(mysql),
          "/run/mysqld": workbench.volume(mysql),
          "/tmp": workbench.volume(mysql),
        },
      });
      assert.equal(query(container, "root", "from a file", "SELECT CURRENT_USER()"), "root@%");
      assert.equal(container.read(["cat", "/proc/1/comm"]).trim(), "mariadbd");
    });

    it("upgrades the system tables of an earlier version if MARIADB_AUTO_UPGRADE is set, and backs them up", async () => {
      const data = workbench.volume();
      const volumes = { "/var/lib/mysql": data };
      await (await serving({ env, volumes })).stop();
      fs.writeFileSync(path.join(data, upgradeInfo), "10.6.18-MariaDB");
      fs.rmSync(path.join(data, ".my-healthcheck.cnf"));
      const upgraded = await serving({ env: { ...env, MARIADB_AUTO_UPGRADE: "1" }, volumes });
      assert.ok(fs.readFileSync(path.join(data, upgradeInfo), "utf8").startsWith(`${version}.`));
      assert.ok(fs.statSync(path.join(data, "system_mysql_backup_10.6.18-MariaDB.sql.zst")).size > 1000);
      assert.equal(query(upgraded, "wordpress", env.MARIADB_PASSWORD, "SELECT 1"), "1");
      assert.match(refusal(upgraded, "wordpress", "wrong", "SELECT 1"), /Access denied/);
    });

    it("refuses an empty data directory without a root password", async () => {
      const container = await workbench.start(reference, { env: { MARIADB_DATABASE: "wordpress" } });
      await container.ended();
      assert.match(container.output, /Database is uninitialized and password option is not specified/);
    });
  });
