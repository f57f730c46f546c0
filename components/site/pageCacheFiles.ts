import {
  answerMebibytes,
  connections,
  fileMebibytes,
  filesAtOnce,
  uploadsBytes,
  uploadShareBytes,
} from "./pageCacheLimits";
import { pageCachePorts } from "./pageCacheNames";
import { fileText, formLimit, type SiteSettings } from "./siteFiles";

const fileNames = ["pageCache.conf", "pageCachePassed.conf", "pageCache.js", "pageCacheRequests.js", "pageCache.sh"];

/** Files of the page cache's ConfigMap, by name. */
export function pageCacheFiles({
  seconds,
  settings,
}: {
  readonly seconds: number;
  readonly settings: Pick<SiteSettings, "uploadLimit" | "trustedProxies">;
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
  return Object.fromEntries(fileNames.map((name) => [name, filled(fileText(name))]));
}
