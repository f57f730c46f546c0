import { containerFile } from "../kubernetes/containerFile";
import { digest } from "../kubernetes/digest";
import { urlHost } from "../kubernetes/hostAddress";
import { wholeBytes } from "../kubernetes/quantity";
import { apacheConfiguration } from "./apache";
import { remoteIpConfiguration, type TrustedProxies } from "./clientAddress";
import { objectCachePlugin, objectCachePort } from "../objectCache/objectCacheNames";
import { maxRequestBytes } from "../pageCache/pageCacheLimits";
import { cachesService, pageCachePorts } from "../pageCache/pageCacheNames";

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
  /** CIDRs of the proxies whose forwarded headers (address, scheme) are believed. */
  readonly trustedProxies: readonly string[];
}

/** Folder in the containers where the files are. */
export const siteFolder = "/etc/wordpress";

/** Where the containers find PHP's sessions, which all pods share. */
export const sessionsFolder = "/var/lib/wordpress-sessions";

/** What the paths of the files begin with that every request reads: `/etc/wordpress-site.php`. */
export const requestPrefix = "/etc/wordpress-";

const readSiteFile = (name: string) => containerFile(__dirname, name);

/** Seconds after which a changed file of wp-content is seen; opcache asks for its time no sooner. */
const opcacheRevalidateSeconds = 20;

/** Files that the containers find in {@link siteFolder}, but for the nodes' addresses: by name. */
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
    // All that reaches Apache then has come through the page cache, or is a job of the site's: the network policies say so.
    ...podFiles(settings.hasPageCache ? "all" : settings.trustedProxies),
    // Apache's own limit is 1 GiB.
    "site.conf": `${apacheConfiguration}LimitRequestBody ${maxRequestBytes(settings)}\n`,
    "site.ini": [
      `memory_limit = ${wholeBytes(settings.phpMemory)}`,
      `upload_max_filesize = ${wholeBytes(settings.uploadLimit)}`,
      `post_max_size = ${maxRequestBytes(settings)}`,
      `opcache.revalidate_freq = ${opcacheRevalidateSeconds}`,
      // For a site with many plugins; WordPress alone fills a quarter.
      "opcache.interned_strings_buffer = 16",
      "opcache.max_accelerated_files = 10000",
      `session.save_path = ${sessionsFolder}`,
      // Old sessions are deleted by every thousandth request that has one: the folder may be on a network.
      "session.gc_probability = 1",
      "session.gc_divisor = 1000",
      "",
    ].join("\n"),
  };
}

/** Files of every pod of the site, whether its content is shared or its own. @param proxies whom Apache believes */
export function podFiles(proxies: TrustedProxies): Record<string, string> {
  return {
    "health.php": readSiteFile("health.php"),
    "fatal.php": readSiteFile("fatal.php"),
    "site.conf": apacheConfiguration,
    "remoteip.conf": remoteIpConfiguration(proxies),
  };
}

/** What `site.php` reads. @param addresses the nodes' addresses, at least one */
export function renderSiteSettings(settings: SiteSettings, addresses: readonly string[]): string {
  const { siteUrl, siteHosts, nodePort, fileModifications } = settings;
  const pageCaches = settings.hasPageCache ? { host: cachesService, port: pageCachePorts.control } : null;
  const objectCache = settings.hasObjectCache ? { port: objectCachePort, plugin: objectCachePlugin } : null;
  return JSON.stringify({
    ...{ siteUrl, hosts: siteHosts, addresses: addresses.map(urlHost), nodePort, fileModifications },
    ...{ pageCaches, objectCache, trustsProxies: settings.trustedProxies.length > 0 },
  });
}

/** Changes with everything that the pods are to be made anew for. */
export function siteChecksum(settings: SiteSettings, addresses: readonly string[]): string {
  return digest({ files: siteFiles(settings), json: renderSiteSettings(settings, addresses) });
}
