import fs from "fs";

/** Bytes of a request's body up to which it stays in memory: nginx's `client_body_buffer_size`. */
const bodyInMemory = 16384;

/** More than the connections of all workers, each of which has one upload at most. */
const mostUploaders = 65536;

/**
 * The named location that serves a page which may be kept: `page` when its last answer was kept, `passed` when it was not, so that no
 * request waits for another one's answer, and `new` when nothing is known of it.
 */
function wayToPage(r) {
  const page = r.variables.page;
  if (ngx.shared.unkept.has(page)) return "passed";
  return ngx.shared.kept.has(page) ? "page" : "new";
}

/** "1" for an answer that is not to be kept, empty for one that is. Remembers which it was, for {@link wayToPage}. */
function notKept(r) {
  const variables = r.variables;
  const isKept =
    /^(200|301)$/.test(variables.upstream_status) &&
    !variables.upstream_http_set_cookie &&
    /^(accept-encoding)?$/i.test(variables.upstream_http_vary || "") &&
    secondsAllowed(variables) >= Number(variables.page_seconds);
  const page = variables.page;
  if (isKept) {
    ngx.shared.unkept.delete(page);
    ngx.shared.kept.set(page, "1");
    return "";
  }
  ngx.shared.unkept.set(page, "1");
  return "1";
}

/** Seconds for which an answer's headers allow a cache to keep it; Infinity without such a header. */
function secondsAllowed(variables) {
  const control = (variables.upstream_http_cache_control || "").toLowerCase();
  if (/(^|[,\s])(no-store|no-cache|private)($|[,;=\s])/.test(control)) return 0;
  const age =
    /(?:^|[,\s])s-maxage\s*=\s*"?([^",\s]*)/.exec(control) || /(?:^|[,\s])max-age\s*=\s*"?([^",\s]*)/.exec(control);
  const expires = variables.upstream_http_expires;
  // A number that cannot be read forbids.
  const byHeaders = age
    ? wholeNumber(age[1])
    : expires
      ? secondsUntil(expires, variables.upstream_http_date)
      : Infinity;
  const nginxOwn = variables.upstream_http_x_accel_expires;
  if (!nginxOwn) return byHeaders;
  const seconds = nginxOwn[0] === "@" ? wholeNumber(nginxOwn.slice(1)) - Date.now() / 1000 : wholeNumber(nginxOwn);
  return Math.min(byHeaders, seconds);
}

function wholeNumber(text) {
  return /^\d+$/.test(text) ? Number(text) : 0;
}

/** Seconds from one HTTP date to another, 0 where the first is none. */
function secondsUntil(date, now) {
  const from = Date.parse(now || "") || Date.now();
  return (Date.parse(date) - from) / 1000 || 0;
}

/**
 * "1" when a request's body is refused before any of it is taken: the volume has no room for it beside those under way, or its client
 * has used up a client's share. Empty when it is accepted: the body's size is then reserved until {@link freeUpload}.
 */
function refuseUpload(r) {
  const variables = r.variables;
  // A body of unknown size may become as large as any.
  const length = variables.http_content_length;
  const bytes = length ? wholeNumber(length) : Number(variables.body_limit);
  if (bytes <= bodyInMemory) return "";
  const client = clientOf(r);
  reserve(client, bytes);
  const workers = livingWorkers();
  const total = sum(workers.map((worker) => ngx.shared.uploads.get(worker)));
  const share = sum(workers.map((worker) => ngx.shared.uploaders.get(`${worker} ${client}`)));
  if (total > Number(variables.uploads_limit) || share > Number(variables.upload_share)) {
    reserve(client, -bytes);
    return "1";
  }
  variables.upload_bytes = String(bytes);
  return "";
}

/** Gives back what {@link refuseUpload} reserved. Called when the request is logged; adds nothing to the line. */
function freeUpload(r) {
  reserve(clientOf(r), -Number(r.variables.upload_bytes));
  return "";
}

/**
 * Adds to the bytes that this worker and its client have reserved. Only the worker itself changes its numbers, so each is exact, and
 * none is less than zero.
 */
function reserve(client, bytes) {
  const worker = String(process.pid);
  const own = `${worker} ${client}`;
  ngx.shared.uploads.incr(worker, bytes, 0);
  if (ngx.shared.uploaders.incr(own, bytes, 0) <= 0) ngx.shared.uploaders.delete(own);
}

/** Process IDs of nginx's workers that have reserved something. Deletes what crashed workers had reserved. */
function livingWorkers() {
  return ngx.shared.uploads.keys().filter((worker) => {
    if (fs.statSync(`/proc/${worker}`, { throwIfNoEntry: false })) return true;
    ngx.shared.uploads.delete(worker);
    ngx.shared.uploaders
      .keys(mostUploaders)
      .filter((key) => key.startsWith(`${worker} `))
      .forEach((key) => ngx.shared.uploaders.delete(key));
    return false;
  });
}

/** The client's IP address in hexadecimal. Of IPv6 the first 64 bits: a client has all addresses that begin with them. */
function clientOf(r) {
  const address = r.rawVariables.binary_remote_addr.toString("hex");
  const inIpv6 = /^0{20}ffff(.{8})$/.exec(address);
  return inIpv6 ? inIpv6[1] : address.slice(0, 16);
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + (number || 0), 0);
}

export default { wayToPage, notKept, refuseUpload, freeUpload };
