import { isIPv6 } from "node:net";
import type { Node } from "../../kubernetes/objects";

/** Annotations of Calico with the addresses of a node's tunnels, from which the node connects to pods of other nodes. */
const tunnelAnnotations = [
  ...["IPv4IPIPTunnelAddr", "IPv4VXLANTunnelAddr", "IPv6VXLANTunnelAddr"],
  ...["IPv4WireguardInterfaceAddr", "IPv6WireguardInterfaceAddr"],
].map((name) => `projectcalico.org/${name}`);

/**
 * Source addresses of the nodes' own traffic to pods, as sorted CIDRs: their addresses, those of their tunnels, and the first
 * two addresses of their pod range, which Flannel's tunnel and a bridge use.
 */
export function nodeSources(nodes: readonly Node[]): string[] {
  const single = (address: string) => `${address}/${isIPv6(address) ? 128 : 32}`;
  const sources = nodes.flatMap(({ metadata, spec, status }) => [
    ...(status.addresses ?? []).filter(({ type }) => type.endsWith("IP")).map(({ address }) => single(address)),
    ...tunnelAnnotations.flatMap((name) => metadata.annotations?.[name] ?? []).map(single),
    ...(spec?.podCIDRs ?? []).map((range) => firstTwo(range)),
  ]);
  return [...new Set(sources)].sort();
}

function firstTwo(range: string): string {
  const [address = ""] = range.split("/");
  return `${address}/${isIPv6(address) ? 127 : 31}`;
}
