import { containerFile } from "../kubernetes/containerFile";
import {
  answerMebibytes,
  connections,
  fileMebibytes,
  filesAtOnce,
  maxRequestBytes,
  uploadsBytes,
  type UploadConfig,
  uploadShareBytes,
} from "./pageCacheLimits";
import type { PageCacheConfig } from "./keys";
import { pageCachePorts } from "./pageCacheNames";

const fileNames = ["pageCache.conf", "pageCachePassed.conf", "pageCache.js", "pageCacheRequests.js", "pageCache.sh"];

/** Configuration of the page cache, and of the site as far as the page cache needs it. */
export interface PageCacheSiteConfig extends UploadConfig {
  readonly pageCache: PageCacheConfig;
  /** CIDRs of the proxies whose forwarded headers (address, scheme) are trusted. */
  readonly trustedProxies: readonly string[];
}

/** Files of the page cache's ConfigMap, by name. Their `@NAME@` placeholders are replaced by values. */
export function pageCacheFiles(config: PageCacheSiteConfig): Record<string, string> {
  const values: Record<string, string | number> = {
    SECONDS: config.pageCache.seconds,
    BODY_BYTES: maxRequestBytes(config),
    UPLOADS_BYTES: uploadsBytes(config),
    UPLOAD_SHARE_BYTES: uploadShareBytes(config),
    ANSWER_MEBIBYTES: answerMebibytes,
    FILE_MEBIBYTES: fileMebibytes(config),
    FILES: filesAtOnce(config),
    CONNECTIONS: connections,
    PORT: pageCachePorts.http,
    CONTROL_PORT: pageCachePorts.control,
    TRUSTED_SOURCES: config.trustedProxies.map((range) => `set_real_ip_from ${range};`).join(" "),
    TRUSTED_RANGES: config.trustedProxies.map((range) => `${range} 1;`).join(" "),
  };
  const fill = (text: string) => text.replace(/@([A-Z_]+)@/g, (_, name: string) => String(values[name]));
  return Object.fromEntries(fileNames.map((name) => [name, fill(containerFile(__dirname, name))]));
}
