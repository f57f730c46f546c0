import { containerFile } from "../kubernetes/containerFile";
import { digest } from "../kubernetes/digest";
import { urlHost } from "../kubernetes/hostAddress";
import { wholeBytes } from "../kubernetes/quantity";
import type { SiteConfig } from "./keys";
import { apacheConfiguration } from "./apache";
import { remoteIpConfiguration, type TrustedProxies } from "./clientAddress";
import { objectCachePlugin, objectCachePort } from "../objectCache/objectCacheNames";
import { maxRequestBytes } from "../pageCache/pageCacheLimits";
import { cachesService, pageCachePorts } from "../pageCache/pageCacheNames";

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
export function siteFiles(config: SiteConfig): Record<string, string> {
  return {
    "site.php": readSiteFile("site.php"),
    "pageCache.php": readSiteFile("pageCache.php"),
    "install.php": readSiteFile("install.php"),
    "cron.php": readSiteFile("cron.php"),
    "copyTree.sh": readSiteFile("copyTree.sh"),
    "fill.sh": readSiteFile("fill.sh"),
    "core.sh": readSiteFile("core.sh"),
    "extensions.php": readSiteFile("extensions.php"),
    "objectCache.php": readSiteFile("objectCache.php"),
    "copy.sh": readSiteFile("copy.sh"),
    "merge.php": readSiteFile("merge.php"),
    // With a page cache, the network policies allow only the cache and the site's jobs to connect to Apache.
    ...podFiles(config.pageCache.enabled ? "all" : config.trustedProxies),
    // Apache's default limit is 1 GiB.
    "site.conf": `${apacheConfiguration}LimitRequestBody ${maxRequestBytes(config)}\n`,
    "site.ini": [
      `memory_limit = ${wholeBytes(config.phpMemory)}`,
      `upload_max_filesize = ${wholeBytes(config.uploadLimit)}`,
      `post_max_size = ${maxRequestBytes(config)}`,
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
export function renderSiteSettings(config: SiteConfig, addresses: readonly string[]): string {
  const { siteUrl, siteHosts, wordpressNodePort: nodePort, fileModifications, trustedProxies } = config;
  const pageCaches = config.pageCache.enabled ? { host: cachesService, port: pageCachePorts.control } : null;
  const objectCache = config.objectCache.enabled ? { port: objectCachePort, plugin: objectCachePlugin } : null;
  return JSON.stringify({
    ...{ siteUrl, hosts: siteHosts, addresses: addresses.map(urlHost), nodePort, fileModifications },
    ...{ pageCaches, objectCache, trustsProxies: trustedProxies.length > 0 },
  });
}

/** Returns the content of extensions.json: the plugins and themes of the stack, and the base URL of their archives. */
export function siteExtensions({ pluginRepository, plugins, themes }: SiteConfig) {
  return { repository: pluginRepository, plugins, themes };
}

/** Returns a checksum of everything that requires a rollout of the pods. */
export function siteChecksum(config: SiteConfig, addresses: readonly string[]): string {
  return digest({ files: siteFiles(config), json: renderSiteSettings(config, addresses) });
}
