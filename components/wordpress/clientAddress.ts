/** Clients whose forwarded headers are trusted: proxies as CIDRs, or every client that can connect to the server. */
export type TrustedProxies = readonly string[] | "all";

/** Headers in which a client or a proxy can claim an address. Plugins read them without checking the sender. */
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

/** Headers in which a client or a proxy can claim a scheme or a host name. */
const siteClaims = [
  ...["X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-Port", "X-Forwarded-Ssl", "Front-End-Https"],
  ...["X-Original-Host", "X-Forwarded-Scheme", "X-Forwarded-Protocol", "X-Url-Scheme", "X-Scheme", "X-Proto"],
  ...["X-ARR-SSL", "CF-Visitor", "CloudFront-Forwarded-Proto"],
];

/** All addresses, in halves: Apache refuses a range with a prefix of zero bits. */
const everyAddress = ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"];

/** Not `%{HTTP:…}`, which adds the header's name to Vary: the page cache does not store a page with Vary. */
const claimedScheme = "req_novary('X-Forwarded-Proto')";
const https = `${claimedScheme} =~ m#^\\s*https\\s*(,|$)#i`;

/**
 * Renders Apache's `remoteip.conf`. It replaces the image's, which trusts every private address. REMOTE_ADDR and the log have the client
 * that the trusted proxies name. X-Forwarded-Proto, which the image's wp-config.php trusts from every client, is kept only if a trusted
 * proxy sent it, and is reduced to one word. Other such headers are removed before PHP runs.
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
    // mod_remoteip has read the address before these are removed.
    ...[...addressClaims, ...siteClaims].map((name) => `RequestHeader unset ${name}`),
    "",
  ].join("\n");
}
