import { isIPv6 } from "node:net";

/**
 * A host as written in URLs and Host headers: an IPv6 address in brackets and in its canonical form, anything else unchanged.
 * @param host a name or an address, IPv6 with or without brackets
 */
export function urlHost(host: string): string {
  const address = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
  // A zone (fe80::1%eth0) is valid on one machine only, and URLs have none.
  return isIPv6(address) && !address.includes("%") ? new URL(`http://[${address}]`).hostname : host;
}
