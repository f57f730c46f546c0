/** Whose forwarded headers are believed: proxies as CIDRs, or every client that reaches the server. */
export type TrustedProxies = readonly string[] | "all";

/** Headers by which a client or a proxy may claim an address. Plugins read them, and ignore who sent them. */
const addressClaims = [
  ...["X-Forwarded-For", "X-Original-Forwarded-For", "X-Forwarded", "Forwarded-For", "Forwarded", "X-Real-IP"],
  ...["Real-IP", "Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "X-Remote-IP"],
  ...["X-Remote-Addr", "Remote-Addr", "X-Forwarded-IP", "Forwarded-For-IP", "X-Originating-IP"],
  ...["X-ProxyUser-IP", "Proxy-Client-IP", "WL-Proxy-Client-IP", "X-Coming-From", "Coming-From"],
  "X-Envoy-External-Address",
  // Content delivery networks and hosting providers.
  ...["CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Pseudo-IPv4", "Fastly-Client-IP", "X-Sucuri-ClientIP"],
  ...["Incap-Client-IP", "CloudFront-Viewer-Address", "X-Azure-ClientIP", "X-Azure-SocketIP"],
  ...["X-AppEngine-User-IP", "Fly-Client-IP", "DO-Connecting-IP", "X-NF-Client-Connection-IP"],
  ...["Ali-CDN-Real-IP", "CDN-Src-IP"],
];

/** The same for a scheme or a name. */
const siteClaims = [
  ...["X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-Port", "X-Forwarded-Ssl", "Front-End-Https"],
  ...["X-Original-Host", "X-Forwarded-Scheme", "X-Forwarded-Protocol", "X-Url-Scheme", "X-Scheme", "X-Proto"],
  ...["X-ARR-SSL", "CF-Visitor", "CloudFront-Forwarded-Proto"],
];

/** In halves: Apache takes no range of all. */
const everyAddress = ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"];

/** Not `%{HTTP:…}`, which adds the header's name to Vary: the page cache keeps no page that varies. */
const claimedScheme = "req_novary('X-Forwarded-Proto')";
const https = `${claimedScheme} =~ m#^\\s*https\\s*(,|$)#i`;

/**
 * Apache's `remoteip.conf`, in the place of the image's, which believes every private address. REMOTE_ADDR and the log have the client
 * that the trusted proxies name; X-Forwarded-Proto, which the image's wp-config.php believes from anyone, stays only where they sent
 * it, as one word; other such headers do not reach PHP.
 */
export function remoteIpConfiguration(proxies: TrustedProxies): string {
  const ranges = proxies === "all" ? everyAddress : proxies;
  const isTrusted =
    proxies === "all"
      ? "true"
      : proxies.map((range) => `%{CONN_REMOTE_ADDR} -ipmatch '${range}'`).join(" || ") || "false";
  return [
    "<IfModule !headers_module>",
    "    LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so",
    "</IfModule>",
    ...(ranges.length > 0 ? ["RemoteIPHeader X-Forwarded-For"] : []),
    ...ranges.map((range) => `RemoteIPInternalProxy ${range}`),
    `RequestHeader unset X-Forwarded-Proto "expr=!((${isTrusted}) && ${https})"`,
    `RequestHeader set X-Forwarded-Proto https "expr=-n ${claimedScheme}"`,
    // By the time that these are deleted, the address has been read.
    ...[...addressClaims, ...siteClaims].map((name) => `RequestHeader unset ${name}`),
    "",
  ].join("\n");
}
