import * as fs from "node:fs";
import * as path from "node:path";
import { digest } from "../digest";
import { wholeBytes } from "../quantity";
import { apacheConfiguration } from "./apache";
import { objectCacheName, objectCachePlugin, objectCachePort } from "./objectCacheNames";
import { cachesService, pageCachePorts } from "./pageCacheNames";

/** A plugin or a theme that the stack installs. */
export interface Extension {
  /** Name of its folder. */
  readonly slug: string;
  readonly version: string;
  /** Of the archive, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly active: boolean;
}

/** What the stack installs of plugins and themes. */
export interface Extensions {
  /** Address below which the archives are: `plugin/SLUG.VERSION.zip` and `theme/SLUG.VERSION.zip`. */
  readonly repository: string;
  readonly plugins: readonly Extension[];
  readonly themes: readonly Extension[];
}

/** What the site's pods and jobs are told besides the database and the keys. */
export interface SiteSettings {
  /** The one address of the site, e.g. `https://blog.example.com`; undefined for the NodePort's on every node. */
  readonly siteUrl: string | undefined;
  /** Names that the site has besides its nodes' addresses. */
  readonly siteHosts: readonly string[];
  readonly nodePort: number;
  /** Whether the dashboard may install and edit plugins and themes. */
  readonly fileModifications: boolean;
  /** Largest upload, a Kubernetes quantity. */
  readonly uploadLimit: string;
  /** Memory that one request may take, a Kubernetes quantity. */
  readonly phpMemory: string;
  /** Whether there is a page cache, which has to be told what changed. */
  readonly hasPageCache: boolean;
  readonly hasObjectCache: boolean;
}

/** Folder in the containers where the files are. */
export const siteFolder = "/etc/wordpress";

/** What the paths of the files begin with that every request reads: `/etc/wordpress-site.php`. */
export const requestPrefix = "/etc/wordpress-";

/** Bytes of a form besides the file that it uploads. */
const formBytes = 2 ** 20;

/** Seconds after which a changed file of wp-content is seen; opcache asks for its time no sooner. */
const contentSeconds = 20;

/** Files that the containers find in {@link siteFolder}, but for the nodes' addresses: by name. */
export function siteFiles(settings: SiteSettings): Record<string, string> {
  return {
    "site.php": fileText("site.php"),
    "pageCache.php": fileText("pageCache.php"),
    "install.php": fileText("install.php"),
    "fill.sh": fileText("fill.sh"),
    "core.sh": fileText("core.sh"),
    "extensions.php": fileText("extensions.php"),
    "objectCache.php": fileText("objectCache.php"),
    "copy.sh": fileText("copy.sh"),
    "merge.php": fileText("merge.php"),
    // Apache's own limit is 1 GiB.
    "site.conf": `${apacheConfiguration}LimitRequestBody ${formLimit(settings)}\n`,
    "site.ini": [
      `memory_limit = ${wholeBytes(settings.phpMemory)}`,
      `upload_max_filesize = ${wholeBytes(settings.uploadLimit)}`,
      `post_max_size = ${formLimit(settings)}`,
      `opcache.revalidate_freq = ${contentSeconds}`,
      // For a site with many plugins; WordPress alone fills a quarter.
      "opcache.interned_strings_buffer = 16",
      "opcache.max_accelerated_files = 10000",
      "",
    ].join("\n"),
  };
}

/** Most bytes that a request may bring. */
export function formLimit({ uploadLimit }: Pick<SiteSettings, "uploadLimit">): number {
  return wholeBytes(uploadLimit) + formBytes;
}

/** What `site.php` reads. @param addresses the nodes' addresses, at least one */
export function siteJson(settings: SiteSettings, addresses: readonly string[]): string {
  const { siteUrl, siteHosts, nodePort, fileModifications } = settings;
  // As a Host header has them.
  const asked = addresses.map((address) => (address.includes(":") ? `[${address}]` : address));
  const pageCaches = settings.hasPageCache ? { host: cachesService, port: pageCachePorts.control } : null;
  const objectCache = settings.hasObjectCache
    ? { host: objectCacheName, port: objectCachePort, plugin: objectCachePlugin }
    : null;
  return JSON.stringify({
    ...{ siteUrl, hosts: siteHosts, addresses: asked, nodePort, fileModifications },
    ...{ pageCaches, objectCache },
  });
}

/** Changes with everything that the pods are to be made anew for. */
export function siteChecksum(settings: SiteSettings, addresses: readonly string[]): string {
  return digest({ files: siteFiles(settings), json: siteJson(settings, addresses) });
}

/** Text of a file that comes with the program. */
export function fileText(name: string): string {
  return fs.readFileSync(path.join(__dirname, "files", name), "utf8");
}
