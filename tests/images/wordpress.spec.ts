import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Container } from "./support/container";
import { type Workbench, workbenchFor } from "./support/workbench";

/** Images, and what differs in them. */
const releases = [
  {
    tag: "6.5-apache",
    php: "8.2",
    plugins: ["akismet", "hello.php", "index.php"],
    themes: ["twentytwentyfour", "twentytwentythree", "twentytwentytwo"],
  },
  {
    ...{ tag: "6.8-php8.4-apache", php: "8.4", plugins: ["akismet", "index.php"] },
    themes: ["twentytwentyfive", "twentytwentyfour", "twentytwentythree"],
  },
  {
    ...{ tag: "7.1-php8.4-apache", php: "8.4", plugins: ["akismet", "index.php"] },
    themes: ["twentytwentyfive", "twentytwentyfour", "twentytwentythree"],
  },
] as const;
const wwwData = 33;
const docroot = "/var/www/html";
const keys = ["AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY"].flatMap((key) => [
  key,
  key.replace("KEY", "SALT"),
]);
const env = { WORDPRESS_DB_HOST: "127.0.0.1" };

/** The values of WordPress's salts, as PHP sees them in the container. */
function saltsOf(container: Container): string[] {
  // A wp-settings.php of its own in ABSPATH keeps wp-config.php from starting WordPress.
  const script = `mkdir -p /tmp/none && touch /tmp/none/wp-settings.php && php -r '
    define("ABSPATH", "/tmp/none/"); require "${docroot}/wp-config.php";
    foreach (explode(" ", "${keys.join(" ")}") as $key) echo constant($key), "\\n";'`;
  return container.read(["bash", "-c", script]).trim().split("\n");
}

function answer(container: Container, url: string, ...options: string[]): string {
  return container.read(["curl", "--silent", "--include", ...options, `http://127.0.0.1${url}`]);
}

for (const { tag, php, plugins, themes } of releases)
  describe(`image wordpress:${tag}`, function () {
    const reference = `docker.io/library/wordpress:${tag}`;
    this.timeout(6 * 60_000);
    const workbench = workbenchFor(reference);

    async function serving(options: Parameters<Workbench["start"]>[1]): Promise<Container> {
      const container = await workbench.start(reference, options);
      await container.until(
        "Apache answers",
        () => container.exec(["curl", "-s", "http://127.0.0.1/readme.html"]).code === 0,
      );
      return container;
    }

    it("has the official image's entrypoint, volume, port and working folder, and sets no WORDPRESS_ variable", () => {
      const { config, rootfs } = workbench.image(reference);
      assert.deepEqual(config.Entrypoint, ["docker-entrypoint.sh"]);
      assert.deepEqual(config.Cmd, ["apache2-foreground"]);
      assert.deepEqual(Object.keys(config.Volumes ?? {}), [docroot]);
      assert.deepEqual(Object.keys(config.ExposedPorts ?? {}), ["80/tcp"]);
      assert.equal(config.WorkingDir, docroot);
      assert.equal(config.StopSignal, "SIGWINCH");
      assert.deepEqual(
        config.Env?.filter((entry) => entry.startsWith("WORDPRESS_")),
        [],
      );
      assert.match(fs.readFileSync(path.join(rootfs, "etc/passwd"), "utf8"), /^www-data:[x*]:33:33:/m);
    });

    it("has its release of WordPress and PHP, with plugins and themes", async () => {
      const source = path.join(workbench.image(reference).rootfs, "usr/src/wordpress");
      const versionFile = fs.readFileSync(path.join(source, "wp-includes/version.php"), "utf8");
      const version = /\$wp_version = '(\d+\.\d+)[.\d]*';/.exec(versionFile)?.[1];
      assert.equal(version, tag.split("-")[0]);
      assert.deepEqual(fs.readdirSync(path.join(source, "wp-content")).sort(), ["index.php", "plugins", "themes"]);
      assert.deepEqual(fs.readdirSync(path.join(source, "wp-content/plugins")).sort(), plugins);
      assert.deepEqual(fs.readdirSync(path.join(source, "wp-content/themes")).sort(), themes);
      assert.ok(!fs.existsSync(path.join(source, "wp-config.php")));
      assert.equal(fs.statSync(path.join(source, "index.php")).uid, wwwData);
      const container = await serving({ env });
      assert.equal(container.read(["php", "-r", "echo PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;"]), php);
    });

    it("has a certificate bundle that PHP can read as www-data", async () => {
      const container = await serving({ env });
      const bundle = `${docroot}/wp-includes/certificates/ca-bundle.crt`;
      const code = `echo openssl_x509_read(file_get_contents("${bundle}")) ? "certificate" : "none";`;
      const asWwwData = ["setpriv", `--reuid=${wwwData}`, `--regid=${wwwData}`, "--clear-groups"];
      assert.equal(container.read([...asWwwData, "php", "-r", code]), "certificate");
    });

    it("copies core to an empty docroot, owned by www-data, and serves it", async () => {
      const site = workbench.volume();
      const container = await serving({ env, volumes: { [docroot]: site } });
      assert.match(container.output, /WordPress not found in \/var\/www\/html - copying now/);
      assert.doesNotMatch(container.output, /is not empty/);
      for (const file of ["", "index.php", ".htaccess", "wp-config.php", "wp-content/plugins/akismet/akismet.php"]) {
        assert.equal(fs.statSync(path.join(site, file)).uid, wwwData, file);
      }
      assert.match(answer(container, "/wp-includes/css/dashicons.css"), /^HTTP\/1.1 200 /);
      assert.match(answer(container, "/no/such/page"), /^HTTP\/1.1 500 [^]*database connection/);
      await container.until("it has logged that", () => container.output.includes('"GET /no/such/page HTTP/1.1" 500'));
    });

    it("keeps the folder of an existing plugin, and overwrites single files", async () => {
      const site = workbench.volume(wwwData);
      const put = (file: string) => {
        fs.mkdirSync(path.dirname(path.join(site, file)), { recursive: true });
        fs.writeFileSync(path.join(site, file), "ours");
      };
      const read = (file: string) => fs.readFileSync(path.join(site, file), "utf8");
      ["akismet/akismet.php", "x/x.php", "index.php", "own.php"].forEach((file) => put(`wp-content/plugins/${file}`));
      const container = await serving({ env, volumes: { [docroot]: site } });
      assert.equal(read("wp-content/plugins/akismet/akismet.php"), "ours");
      assert.equal(read("wp-content/plugins/x/x.php"), "ours");
      assert.equal(read("wp-content/plugins/own.php"), "ours");
      assert.notEqual(read("wp-content/plugins/index.php"), "ours");
      assert.match(
        container.output,
        /'\/var\/www\/html\/wp-content\/plugins\/akismet' exists! \(not copying the WordPress/,
      );
      assert.doesNotMatch(container.output, /is not empty/);
    });

    it("copies nothing into a docroot that has WordPress, and keeps the salts of its wp-config.php", async () => {
      const site = workbench.volume(wwwData);
      const first = await serving({ env, volumes: { [docroot]: site } });
      const before = saltsOf(first);
      fs.rmSync(path.join(site, "wp-content/plugins/akismet"), { recursive: true });
      await first.stop("WINCH");
      const again = await serving({ env: { ...env, WORDPRESS_DB_NAME: "other" }, volumes: { [docroot]: site } });
      assert.doesNotMatch(again.output, /copying/);
      assert.ok(!fs.existsSync(path.join(site, "wp-content/plugins/akismet")));
      assert.deepEqual(saltsOf(again), before);
    });

    it("generates eight random salts if the environment has none, different ones in each docroot", async () => {
      const first = saltsOf(await serving({ env }));
      await workbench.clear();
      const second = saltsOf(await serving({ env }));
      for (const key of [...first, ...second]) assert.match(key, /^[0-9a-f]{40}$/);
      assert.equal(new Set([...first, ...second]).size, 16);
    });

    it("takes salts, the database and more from the environment and from files", async () => {
      const secrets = workbench.volume();
      fs.writeFileSync(path.join(secrets, "key"), "from a file\n");
      const given = keys.slice(0, -1).map((key) => [`WORDPRESS_${key}`, `given ${key}`]);
      const container = await serving({
        env: {
          ...(Object.fromEntries(given) as Record<string, string>),
          WORDPRESS_NONCE_SALT_FILE: "/secrets/key",
          WORDPRESS_DB_HOST: "there",
          WORDPRESS_CONFIG_EXTRA: "define('FROM_EXTRA', getenv_docker('WORDPRESS_DB_HOST', ''));",
        },
        volumes: { "/secrets": secrets },
      });
      assert.deepEqual(saltsOf(container), [...keys.slice(0, -1).map((key) => `given ${key}`), "from a file"]);
      const file = `define("ABSPATH", "/tmp/none/"); require "${docroot}/wp-config.php"; echo FROM_EXTRA;`;
      assert.equal(container.read(["php", "-r", file]), "there");
    });

    it("writes no wp-config.php without a WORDPRESS_ variable, and copies nothing for another command", async () => {
      const container = await serving({});
      assert.notEqual(container.exec(["test", "-e", "wp-config.php"]).code, 0);
      const site = workbench.volume();
      const other = await workbench.start(reference, { env, args: ["true"], volumes: { [docroot]: site } });
      await other.ended();
      assert.deepEqual(fs.readdirSync(site), []);
    });

    it("runs as www-data on port 80 with its files read-only", async () => {
      const site = workbench.volume(wwwData);
      const container = await serving({
        uid: wwwData,
        readOnly: true,
        env,
        volumes: {
          [docroot]: site,
          "/tmp": workbench.volume(wwwData),
          "/var/run/apache2": workbench.volume(wwwData),
          "/var/lock/apache2": workbench.volume(wwwData),
        },
      });
      assert.equal(container.read(["stat", "-c", "%u", "/proc/1"]).trim(), String(wwwData));
      assert.equal(saltsOf(container).length, keys.length);
      assert.match(answer(container, "/wp-admin/images/wordpress-logo.svg"), /^HTTP\/1.1 200 /);
      const line = '"GET /wp-admin/images/wordpress-logo.svg HTTP/1.1" 200';
      await container.until("it has logged that", () => container.output.includes(line));
    });

    it("reads PHP settings mounted at conf.d, has WordPress's extensions, and takes a client's address from a proxy", async () => {
      const ini = workbench.volume();
      fs.writeFileSync(path.join(ini, "uploads.ini"), "upload_max_filesize=64M\n");
      const container = await serving({
        env,
        volumes: { "/usr/local/etc/php/conf.d/uploads.ini": path.join(ini, "uploads.ini") },
      });
      const script = `${docroot}/settings.php`;
      const settings = `<?php echo json_encode([ini_get("upload_max_filesize"), ini_get("memory_limit"),
      ini_get("opcache.revalidate_freq"), $_SERVER["REMOTE_ADDR"], get_loaded_extensions()]);`;
      container.read(["bash", "-c", `printf '%s' '${settings}' > ${script}`]);
      const body =
        answer(container, "/settings.php", "--header", "X-Forwarded-For: 203.0.113.9").split("\r\n\r\n")[1] ?? "";
      const [upload, memory, revalidate, address, extensions] = JSON.parse(body) as [
        string,
        string,
        string,
        string,
        string[],
      ];
      assert.deepEqual([upload, memory, revalidate, address], ["64M", "128M", "2", "203.0.113.9"]);
      const wanted = ["bcmath", "curl", "dom", "exif", "gd", "intl", "mbstring", "mysqli", "zip", "Zend OPcache"];
      assert.deepEqual(
        wanted.filter((extension) => !extensions.includes(extension)),
        [],
      );
      assert.equal(container.read(["php", "-r", 'echo ini_get("upload_max_filesize");']), "64M");
    });
  });
