import { isIPv6 } from "node:net";

/**
 * A host as URLs and Host headers have it: an IPv6 address in brackets and in its canonical form, anything else as it is.
 * @param host a name or an address, IPv6 with or without brackets
 */
export function urlHost(host: string): string {
  const address = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
  // A zone (fe80::1%eth0) has a meaning on one machine only, and no URL has it.
  return isIPv6(address) && !address.includes("%") ? new URL(`http://[${address}]`).hostname : host;
}
