import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { SiteConfig } from "../../../components/wordpress/keys";
import { siteFiles, renderSiteSettings } from "../../../components/wordpress/siteFiles";
import { siteConfig } from "../../support/siteConfig";
import type { Container } from "./container";
import { Workbench } from "./workbench";

export const wordpress = "docker.io/library/wordpress:7.1-php8.4-apache";
const mariadb = "docker.io/library/mariadb:10.11";
const wwwData = 33;

/** The environment of the pods of a site with shared content: a database, a claim, and the files of its ConfigMap. */
export class SiteBench {
  readonly workbench = new Workbench();
  /** Folder with the files of the ConfigMap. */
  config = "";
  /** Folder that stands in for the claim's `wp-content`. */
  content = "";
  private database: Container | undefined;
  private runs = 0;

  /** Starts a database, and writes the ConfigMap. */
  async open(): Promise<void> {
    await this.workbench.open(mariadb, wordpress);
    this.config = this.workbench.volume();
    for (const [name, text] of Object.entries(siteFiles(siteConfig))) this.put(name, text);
    this.putSettings({});
    const database = await this.workbench.start(mariadb, {
      env: {
        ...{ MARIADB_ROOT_PASSWORD: "root", MARIADB_INITDB_SKIP_TZINFO: "1" },
        ...{ MARIADB_USER: "wordpress", MARIADB_PASSWORD: "secret", MARIADB_DATABASE: "wordpress" },
      },
    });
    await database.until("it is healthy", () => database.exec(["healthcheck.sh", "--connect"]).code === 0);
    this.database = database;
  }

  /** Starts a database, fills a claim, and installs the site by the install job. */
  async openInstalled(): Promise<void> {
    await this.open();
    await this.fillContent();
    const install = await this.install();
    await install.ended();
    assert.match(install.output, /Created the site\./);
  }

  async close(): Promise<void> {
    await this.workbench.close();
  }

  /** Writes a file of the ConfigMap. */
  put(name: string, text: string): void {
    fs.writeFileSync(path.join(this.config, name), text);
  }

  /** Writes the site's settings for this configuration, with defaults for the other keys. */
  putSettings(config: Partial<SiteConfig>): void {
    this.put("settings.json", renderSiteSettings({ ...siteConfig, ...config }, ["127.0.0.1"]));
  }

  /** Output of SQL that root runs, without headings. @throws Error with the database's message if it fails */
  rows(sql: string): string {
    if (this.database === undefined) throw new Error("no database is running: call open() first");
    return this.database.read(["mariadb", "-N", "-uroot", "-proot", "wordpress", "-e", sql]).trim();
  }

  /** Creates an empty claim. */
  claim(): string {
    return this.workbench.volume(wwwData);
  }

  /** Starts the job that fills a claim. @param before command that the shell runs first */
  fill(claim: string, before = "true"): Promise<Container> {
    return this.workbench.start(wordpress, {
      uid: wwwData,
      env: { HOSTNAME: `fill-${++this.runs}` },
      args: ["bash", "-c", `${before}; exec bash /etc/wordpress/fill.sh sessions`],
      volumes: { "/claim": claim, "/etc/wordpress": this.config },
    });
  }

  /** Fills the claim that the tasks mount. */
  async fillContent(): Promise<void> {
    const claim = this.claim();
    const job = await this.fill(claim);
    await job.ended();
    this.content = path.join(claim, "wp-content");
    if (!fs.existsSync(this.content)) throw new Error(`the claim is not filled:\n${job.output}`);
  }

  /** Starts a command in the environment of the site's jobs. */
  task(
    command: string,
    env: Readonly<Record<string, string>> = {},
    volumes: Readonly<Record<string, string>> = {},
  ): Promise<Container> {
    return this.workbench.start(wordpress, {
      uid: wwwData,
      env: {
        ...{ WORDPRESS_DB_HOST: "127.0.0.1", WORDPRESS_DB_USER: "wordpress", WORDPRESS_DB_PASSWORD: "secret" },
        WORDPRESS_CONFIG_EXTRA: "require '/etc/wordpress-site.php';",
        ...env,
      },
      args: ["bash", "-c", `bash /etc/wordpress/core.sh && ${command}`],
      volumes: {
        "/var/www/html": this.workbench.volume(wwwData),
        "/var/www/html/wp-content": this.content,
        "/etc/wordpress": this.config,
        ...this.requestFiles(),
        ...volumes,
      },
    });
  }

  /** Runs such a command until it ends, and returns its output. @throws Error with the output if it fails */
  async run(command: string, env?: Readonly<Record<string, string>>): Promise<string> {
    const container = await this.task(`(${command}); echo "exit code $?"`, env);
    await container.ended();
    const [, printed, code] = /^([^]*)exit code (\d+)\n$/.exec(container.output) ?? [];
    if (printed === undefined || code !== "0") throw new Error(`${command} failed:\n${container.output}`);
    return printed;
  }

  /** Starts a pod of the site. @param config folder that stands in for the ConfigMap */
  serve(config: string): Promise<Container> {
    return this.task("exec apache2-foreground", {}, { "/etc/wordpress": config });
  }

  /** Starts a pod of the site with Apache's and PHP's configuration from the ConfigMap, as the cluster mounts it. */
  serveConfigured(env: Readonly<Record<string, string>> = {}): Promise<Container> {
    const file = (name: string) => path.join(this.config, name);
    return this.task("exec apache2-foreground", env, {
      "/etc/apache2/conf-enabled/zz-site.conf": file("site.conf"),
      "/etc/apache2/conf-enabled/remoteip.conf": file("remoteip.conf"),
      "/usr/local/etc/php/conf.d/zz-site.ini": file("site.ini"),
      "/var/lib/wordpress-sessions": path.join(path.dirname(this.content), "sessions"),
    });
  }

  /** Starts the container that answers the kubelet's probes. @param command of the container in its pod */
  health(command: readonly string[]): Promise<Container> {
    return this.workbench.start(wordpress, {
      uid: wwwData,
      readOnly: true,
      env: {
        ...{ WORDPRESS_DB_HOST: "127.0.0.1", WORDPRESS_DB_USER: "wordpress" },
        ...{ WORDPRESS_DB_PASSWORD: "secret", WORDPRESS_DB_NAME: "wordpress" },
      },
      command,
      volumes: {
        "/etc/wordpress-health.php": path.join(this.config, "health.php"),
        "/tmp": this.workbench.volume(wwwData),
      },
    });
  }

  /** Stops the database. */
  async stopDatabase(): Promise<void> {
    await this.database?.remove();
  }

  /** The files that every request reads, with a mount of their own each. */
  private requestFiles(): Record<string, string> {
    const names = ["site.php", "settings.json", "pageCache.php", "health.php"];
    const files = names.map((file) => [`/etc/wordpress-${file}`, path.join(this.config, file)]);
    return Object.fromEntries(files) as Record<string, string>;
  }

  /** Starts the install job. */
  install(given: Readonly<Record<string, string>> = {}): Promise<Container> {
    const administrator = { ADMIN_USER: "admin", ADMIN_EMAIL: "admin@example.com", ADMIN_PASSWORD: "password" };
    return this.task("exec php /etc/wordpress/install.php", { SITE_TITLE: "Site", ...administrator, ...given });
  }
}
