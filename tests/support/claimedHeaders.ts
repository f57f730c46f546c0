/** Headers in which a client can claim an address, a scheme or a name. Independent of the program's list, so that tests detect a missing name. */
export const claimedHeaders = [
  ...["X-Forwarded-For", "X-Original-Forwarded-For", "X-Forwarded", "Forwarded-For", "Forwarded", "X-Real-IP"],
  ...["Real-IP", "Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "X-Remote-IP"],
  ...["X-Remote-Addr", "Remote-Addr", "X-Forwarded-IP", "Forwarded-For-IP", "X-Originating-IP"],
  ...["X-ProxyUser-IP", "Proxy-Client-IP", "WL-Proxy-Client-IP", "X-Coming-From", "Coming-From"],
  ...["X-Envoy-External-Address", "CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Pseudo-IPv4"],
  ...["Fastly-Client-IP", "X-Sucuri-ClientIP", "Incap-Client-IP", "CloudFront-Viewer-Address"],
  ...["X-Azure-ClientIP", "X-Azure-SocketIP", "X-AppEngine-User-IP", "Fly-Client-IP", "DO-Connecting-IP"],
  ...["X-NF-Client-Connection-IP", "Ali-CDN-Real-IP", "CDN-Src-IP", "X-Forwarded-Host", "X-Forwarded-Server"],
  ...["X-Forwarded-Port", "X-Forwarded-Ssl", "Front-End-Https", "X-Original-Host", "X-Forwarded-Scheme"],
  ...["X-Forwarded-Protocol", "X-Url-Scheme", "X-Scheme", "X-Proto", "X-ARR-SSL", "CF-Visitor"],
  "CloudFront-Forwarded-Proto",
];
