import { containerFile } from "../kubernetes/containerFile";
import {
  answerMebibytes,
  connections,
  fileMebibytes,
  filesAtOnce,
  maxRequestBytes,
  uploadsBytes,
  type UploadSettings,
  uploadShareBytes,
} from "./pageCacheLimits";
import { pageCachePorts } from "./pageCacheNames";

const fileNames = ["pageCache.conf", "pageCachePassed.conf", "pageCache.js", "pageCacheRequests.js", "pageCache.sh"];

/** Settings that the site and its page cache share. */
export interface PageCacheSiteSettings extends UploadSettings {
  /** CIDRs of the proxies whose forwarded headers (address, scheme) are trusted. */
  readonly trustedProxies: readonly string[];
}

/** Files of the page cache's ConfigMap, by name. Their `@NAME@` placeholders are replaced by values. */
export function pageCacheFiles({
  seconds,
  settings,
}: {
  readonly seconds: number;
  readonly settings: PageCacheSiteSettings;
}): Record<string, string> {
  const values: Record<string, string | number> = {
    SECONDS: seconds,
    BODY_BYTES: maxRequestBytes(settings),
    UPLOADS_BYTES: uploadsBytes(settings),
    UPLOAD_SHARE_BYTES: uploadShareBytes(settings),
    ANSWER_MEBIBYTES: answerMebibytes,
    FILE_MEBIBYTES: fileMebibytes(settings),
    FILES: filesAtOnce(settings),
    CONNECTIONS: connections,
    PORT: pageCachePorts.http,
    CONTROL_PORT: pageCachePorts.control,
    TRUSTED_SOURCES: settings.trustedProxies.map((range) => `set_real_ip_from ${range};`).join(" "),
    TRUSTED_RANGES: settings.trustedProxies.map((range) => `${range} 1;`).join(" "),
  };
  const fill = (text: string) => text.replace(/@([A-Z_]+)@/g, (_, name: string) => String(values[name]));
  return Object.fromEntries(fileNames.map((name) => [name, fill(containerFile(__dirname, name))]));
}
