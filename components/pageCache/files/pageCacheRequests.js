import fs from "fs";

/** Bytes up to which a request body stays in memory: `client_body_buffer_size` of pageCache.conf. */
const maxBytesInMemory = 16384;

/** Limit for `keys()`: more than the connections of all workers, each of which has one upload at most. */
const maxUploaders = 65536;

/**
 * The named location for a page, by its last answer: `cacheable` if it was cached, `uncacheable` if it was not, `unknown` if there is
 * no record of it. In `uncacheable`, no request waits for another one's answer.
 */
function pageLocation(r) {
  const page = r.variables.page;
  if (ngx.shared.uncacheable.has(page)) return "uncacheable";
  return ngx.shared.cacheable.has(page) ? "cacheable" : "unknown";
}

/** "1" if an answer must not be cached, else empty. Records the result for {@link pageLocation}. */
function noStore(r) {
  const variables = r.variables;
  const isCacheable =
    /^(200|301)$/.test(variables.upstream_status) &&
    !variables.upstream_http_set_cookie &&
    /^(accept-encoding)?$/i.test(variables.upstream_http_vary || "") &&
    secondsAllowed(variables) >= Number(variables.page_seconds);
  const page = variables.page;
  if (isCacheable) {
    ngx.shared.uncacheable.delete(page);
    ngx.shared.cacheable.set(page, "1");
    return "";
  }
  ngx.shared.uncacheable.set(page, "1");
  return "1";
}

/** Seconds for which an answer's headers allow it to be cached; Infinity without such a header. */
function secondsAllowed(variables) {
  const control = (variables.upstream_http_cache_control || "").toLowerCase();
  if (/(^|[,\s])(no-store|no-cache|private)($|[,;=\s])/.test(control)) return 0;
  const age =
    /(?:^|[,\s])s-maxage\s*=\s*"?([^",\s]*)/.exec(control) || /(?:^|[,\s])max-age\s*=\s*"?([^",\s]*)/.exec(control);
  const expires = variables.upstream_http_expires;
  // A number that cannot be parsed forbids caching.
  const byHeaders = age
    ? wholeNumber(age[1])
    : expires
      ? secondsUntil(expires, variables.upstream_http_date)
      : Infinity;
  const accelExpires = variables.upstream_http_x_accel_expires;
  if (!accelExpires) return byHeaders;
  const seconds =
    accelExpires[0] === "@" ? wholeNumber(accelExpires.slice(1)) - Date.now() / 1000 : wholeNumber(accelExpires);
  return Math.min(byHeaders, seconds);
}

function wholeNumber(text) {
  return /^\d+$/.test(text) ? Number(text) : 0;
}

/** Seconds from the HTTP date `now` until `date`; 0 if `date` is not a date. @param now default: the present time */
function secondsUntil(date, now) {
  const from = Date.parse(now || "") || Date.now();
  return (Date.parse(date) - from) / 1000 || 0;
}

/**
 * "1" if a request body is refused before any of it is read: the volume has no room for it beside the uploads in progress, or its
 * client has used up its share. Empty if it is accepted; its size is then reserved until {@link releaseUpload}.
 */
function refuseUpload(r) {
  const variables = r.variables;
  // A body of unknown size may become as large as the limit.
  const length = variables.http_content_length;
  const bytes = length ? wholeNumber(length) : Number(variables.body_limit);
  if (bytes <= maxBytesInMemory) return "";
  const client = clientOf(r);
  reserve(client, bytes);
  const workers = aliveWorkers();
  const total = sum(workers.map((worker) => ngx.shared.uploads.get(worker)));
  const share = sum(workers.map((worker) => ngx.shared.uploaders.get(`${worker} ${client}`)));
  if (total > Number(variables.uploads_limit) || share > Number(variables.upload_share)) {
    reserve(client, -bytes);
    return "1";
  }
  variables.upload_bytes = String(bytes);
  return "";
}

/** Releases what {@link refuseUpload} reserved. Called when the request is logged; its text in the log line is empty. */
function releaseUpload(r) {
  reserve(clientOf(r), -Number(r.variables.upload_bytes));
  return "";
}

/**
 * Adds to the bytes that this worker and its client have reserved. Only the worker itself changes its numbers, so each is exact and
 * never negative.
 */
function reserve(client, bytes) {
  const worker = String(process.pid);
  const own = `${worker} ${client}`;
  ngx.shared.uploads.incr(worker, bytes, 0);
  if (ngx.shared.uploaders.incr(own, bytes, 0) <= 0) ngx.shared.uploaders.delete(own);
}

/** Process IDs of the nginx workers that have reserved something. Deletes the reservations of crashed workers. */
function aliveWorkers() {
  return ngx.shared.uploads.keys().filter((worker) => {
    if (fs.statSync(`/proc/${worker}`, { throwIfNoEntry: false })) return true;
    ngx.shared.uploads.delete(worker);
    ngx.shared.uploaders
      .keys(maxUploaders)
      .filter((key) => key.startsWith(`${worker} `))
      .forEach((key) => ngx.shared.uploaders.delete(key));
    return false;
  });
}

/** The client's IP address in hexadecimal. For IPv6 the first 64 bits, since one client has all addresses that begin with them. */
function clientOf(r) {
  const address = r.rawVariables.binary_remote_addr.toString("hex");
  const ipv4Mapped = /^0{20}ffff(.{8})$/.exec(address);
  return ipv4Mapped ? ipv4Mapped[1] : address.slice(0, 16);
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + (number || 0), 0);
}

export default { pageLocation, noStore, refuseUpload, releaseUpload };
