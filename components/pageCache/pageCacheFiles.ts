import { containerFile } from "../kubernetes/containerFile";
import {
  answerMebibytes,
  connections,
  fileMebibytes,
  filesAtOnce,
  formLimit,
  uploadsBytes,
  type UploadSettings,
  uploadShareBytes,
} from "./pageCacheLimits";
import { pageCachePorts } from "./pageCacheNames";

const fileNames = ["pageCache.conf", "pageCachePassed.conf", "pageCache.js", "pageCacheRequests.js", "pageCache.sh"];

/** What the site and the cache in front of it have in common. */
export interface PageCacheSiteSettings extends UploadSettings {
  /** CIDRs of the proxies whose forwarded headers (address, scheme) are believed. */
  readonly trustedProxies: readonly string[];
}

/** Files of the page cache's ConfigMap, by name. */
export function pageCacheFiles({
  seconds,
  settings,
}: {
  readonly seconds: number;
  readonly settings: PageCacheSiteSettings;
}): Record<string, string> {
  const words: Record<string, string | number> = {
    SECONDS: seconds,
    BODY_BYTES: formLimit(settings),
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
  const filled = (text: string) => text.replace(/@([A-Z_]+)@/g, (_, word: string) => String(words[word]));
  return Object.fromEntries(fileNames.map((name) => [name, filled(containerFile(__dirname, name))]));
}
