/** Bytes of a request's body up to which it stays in memory: nginx's `client_body_buffer_size`. */
const bodyInMemory = 16384;

/** Name of the one number in the dictionary `uploads`: bytes that the bodies under way may take on the disk. */
const reserved = "reserved";

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
 * "1" when the volume has no room for a request's body beside those under way, before any of it is taken. Empty when it has: the
 * body's size is then reserved until {@link freeUpload}.
 */
function refuseUpload(r) {
  const variables = r.variables;
  // A body of unknown size may become as large as any.
  const length = variables.http_content_length;
  const bytes = length ? wholeNumber(length) : Number(variables.body_limit);
  if (bytes <= bodyInMemory) return "";
  if (ngx.shared.uploads.incr(reserved, bytes, 0) > Number(variables.uploads_limit)) {
    ngx.shared.uploads.incr(reserved, -bytes, 0);
    return "1";
  }
  variables.upload_bytes = String(bytes);
  return "";
}

/** Gives back what {@link refuseUpload} reserved. Called when the request is logged; adds nothing to the line. */
function freeUpload(r) {
  ngx.shared.uploads.incr(reserved, -Number(r.variables.upload_bytes), 0);
  return "";
}

export default { wayToPage, notKept, refuseUpload, freeUpload };
