import { containerFile } from "../kubernetes/containerFile";
import { digest } from "../kubernetes/digest";
import { urlHost } from "../kubernetes/hostAddress";
import { wholeBytes } from "../kubernetes/quantity";
import { apacheConfiguration } from "./apache";
import { remoteIpConfiguration, type TrustedProxies } from "./clientAddress";
import { objectCachePlugin, objectCachePort } from "../objectCache/objectCacheNames";
import { maxRequestBytes } from "../pageCache/pageCacheLimits";
import { cachesService, pageCachePorts } from "../pageCache/pageCacheNames";

/** A plugin or theme that the stack installs. */
export interface Extension {
  /** Name of its folder in wp-content/plugins or wp-content/themes. */
  readonly slug: string;
  readonly version: string;
  /** SHA-256 checksum of the archive, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly active: boolean;
}

/** The plugins and themes that the stack installs. */
export interface Extensions {
  /** Base URL of the archives `plugin/SLUG.VERSION.zip` and `theme/SLUG.VERSION.zip`. */
  readonly repository: string;
  readonly plugins: readonly Extension[];
  readonly themes: readonly Extension[];
}

/** Settings of the site's pods and jobs, besides the database and the salts. */
export interface SiteSettings {
  /** The only URL of the site, e.g. `https://blog.example.com`; undefined for the NodePort on every node. */
  readonly siteUrl: string | undefined;
  /** Host names of the site, besides the addresses of the nodes. */
  readonly siteHosts: readonly string[];
  readonly nodePort: number;
  /** Whether the dashboard may install and edit plugins and themes. */
  readonly fileModifications: boolean;
  /** Maximum size of an upload, a Kubernetes quantity. */
  readonly uploadLimit: string;
  /** Memory limit of one request, a Kubernetes quantity. */
  readonly phpMemory: string;
  /** Whether there is a page cache, which WordPress has to purge after changes. */
  readonly hasPageCache: boolean;
  readonly hasObjectCache: boolean;
  /** CIDRs of the proxies whose forwarded headers (address, scheme) are trusted. */
  readonly trustedProxies: readonly string[];
}

/** Folder of the site's files in the containers. */
export const siteFolder = "/etc/wordpress";

/** Folder of PHP's sessions in the containers. All pods share it. */
export const sessionsFolder = "/var/lib/wordpress-sessions";

/** Prefix of the paths of files that every request reads, e.g. `/etc/wordpress-site.php`. */
export const requestPrefix = "/etc/wordpress-";

const readSiteFile = (name: string) => containerFile(__dirname, name);

/** Maximum seconds until a changed file of wp-content takes effect: opcache's interval between checks of a file's time. */
const opcacheRevalidateSeconds = 20;

/** Returns the files in {@link siteFolder} by name, without settings.json and extensions.json. */
export function siteFiles(settings: SiteSettings): Record<string, string> {
  return {
    "site.php": readSiteFile("site.php"),
    "pageCache.php": readSiteFile("pageCache.php"),
    "install.php": readSiteFile("install.php"),
    "copyTree.sh": readSiteFile("copyTree.sh"),
    "fill.sh": readSiteFile("fill.sh"),
    "core.sh": readSiteFile("core.sh"),
    "extensions.php": readSiteFile("extensions.php"),
    "objectCache.php": readSiteFile("objectCache.php"),
    "copy.sh": readSiteFile("copy.sh"),
    "merge.php": readSiteFile("merge.php"),
    // With a page cache, the network policies allow only the cache and the site's jobs to connect to Apache.
    ...podFiles(settings.hasPageCache ? "all" : settings.trustedProxies),
    // Apache's default limit is 1 GiB.
    "site.conf": `${apacheConfiguration}LimitRequestBody ${maxRequestBytes(settings)}\n`,
    "site.ini": [
      `memory_limit = ${wholeBytes(settings.phpMemory)}`,
      `upload_max_filesize = ${wholeBytes(settings.uploadLimit)}`,
      `post_max_size = ${maxRequestBytes(settings)}`,
      `opcache.revalidate_freq = ${opcacheRevalidateSeconds}`,
      // Enough for many plugins: WordPress without plugins uses a quarter.
      "opcache.interned_strings_buffer = 16",
      "opcache.max_accelerated_files = 10000",
      `session.save_path = ${sessionsFolder}`,
      // One of a thousand requests with a session deletes old sessions. Listing the folder is slow on network storage.
      "session.gc_probability = 1",
      "session.gc_divisor = 1000",
      "",
    ].join("\n"),
  };
}

/** Returns the files of every pod of the site, in both modes of `content`. @param proxies the proxies that Apache trusts */
export function podFiles(proxies: TrustedProxies): Record<string, string> {
  return {
    "health.php": readSiteFile("health.php"),
    "fatal.php": readSiteFile("fatal.php"),
    "site.conf": apacheConfiguration,
    "remoteip.conf": remoteIpConfiguration(proxies),
  };
}

/** Returns the text of settings.json, which `site.php` reads. @param addresses addresses of the nodes, at least one */
export function renderSiteSettings(settings: SiteSettings, addresses: readonly string[]): string {
  const { siteUrl, siteHosts, nodePort, fileModifications } = settings;
  const pageCaches = settings.hasPageCache ? { host: cachesService, port: pageCachePorts.control } : null;
  const objectCache = settings.hasObjectCache ? { port: objectCachePort, plugin: objectCachePlugin } : null;
  return JSON.stringify({
    ...{ siteUrl, hosts: siteHosts, addresses: addresses.map(urlHost), nodePort, fileModifications },
    ...{ pageCaches, objectCache, trustsProxies: settings.trustedProxies.length > 0 },
  });
}

/** Returns a checksum of everything that requires a rollout of the pods. */
export function siteChecksum(settings: SiteSettings, addresses: readonly string[]): string {
  return digest({ files: siteFiles(settings), json: renderSiteSettings(settings, addresses) });
}
