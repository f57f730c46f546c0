import { BlockList, isIP } from "node:net";

/** The properties of a pod that policies check. */
export interface PolicyPod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Labels of its namespace, except for `kubernetes.io/metadata.name`, which every namespace has. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** Its address, for rules about addresses; without one, no such rule allows it. */
  readonly address?: string;
  /** Named ports of its containers, for rules that name a port. */
  readonly ports?: Readonly<Record<string, number>>;
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Port {
  /** A number, or the name of a port of the target pod. @default all ports */
  readonly port?: number | string;
  /** The last port of a range that begins with `port`. */
  readonly endPort?: number;
  readonly protocol?: string;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
}

/** A NetworkPolicy of networking.k8s.io/v1. */
export interface Policy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector?: Selector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

/** One end of a connection: a pod, or another IPv4 or IPv6 address. */
export type End = PolicyPod | string;

/**
 * Whether a network that enforces policies allows a connection.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
 */
export function allowed(policies: readonly Policy[], from: End, to: End, port: number, protocol = "TCP"): boolean {
  const direction = (end: End, other: End, type: "Ingress" | "Egress") => {
    if (typeof end === "string") return true;
    const isolating = policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === end.namespace &&
        policyTypes(spec).includes(type) &&
        matches(spec.podSelector ?? {}, end.labels),
    );
    if (isolating.length === 0) return true;
    return isolating.some(({ metadata, spec }) =>
      ((type === "Ingress" ? spec.ingress : spec.egress) ?? []).some((rule) => {
        const { from: sources, to: targets, ports = [] } = rule;
        const peers = (type === "Ingress" ? sources : targets) ?? [];
        // An empty or missing list restricts nothing: all peers, all ports.
        const isPeer = peers.length === 0 || peers.some((peer) => isOf(peer, other, metadata.namespace));
        return isPeer && (ports.length === 0 || ports.some((own) => includes(own, port, protocol, to)));
      }),
    );
  };
  return direction(from, to, "Egress") && direction(to, from, "Ingress");
}

/** By default Ingress, and Egress if there are egress rules. */
function policyTypes({ policyTypes: given = [], egress = [] }: Policy["spec"]): readonly string[] {
  return given.length > 0 ? given : ["Ingress", ...(egress.length > 0 ? ["Egress"] : [])];
}

function isOf(peer: Peer, end: End, namespace: string): boolean {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const address = typeof end === "string" ? end : end.address;
  if (ipBlock)
    return podSelector || namespaceSelector ? invalid(peer) : address !== undefined && isIn(ipBlock, address);
  if (!podSelector && !namespaceSelector) return invalid(peer);
  if (typeof end === "string") return false;
  // Pods of the selected namespaces; without a namespaceSelector, of the policy's own.
  const isThere = namespaceSelector
    ? matches(namespaceSelector, { ...end.namespaceLabels, "kubernetes.io/metadata.name": end.namespace })
    : end.namespace === namespace;
  return isThere && matches(podSelector ?? {}, end.labels);
}

function invalid(peer: Peer): never {
  throw new Error(`the API server refuses the peer ${JSON.stringify(peer)}`);
}

function includes({ port: first, endPort, protocol = "TCP" }: Port, port: number, asked: string, to: End): boolean {
  if (protocol !== asked) return false;
  if (first === undefined) return true;
  if (typeof first === "string") return typeof to !== "string" && to.ports?.[first] === port;
  return port >= first && port <= (endPort ?? first);
}

function matches(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      const isListed = value !== undefined && values.includes(value);
      switch (operator) {
        case "In":
          return isListed;
        case "NotIn":
          return !isListed;
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          throw new Error(`the API server refuses the operator ${operator}`);
      }
    })
  );
}

function isIn({ cidr, except = [] }: NonNullable<Peer["ipBlock"]>, address: string): boolean {
  return contains(cidr, address) && !except.some((range) => contains(range, address));
}

function contains(cidr: string, address: string): boolean {
  const [range = "", length = ""] = cidr.split("/");
  const family = (text: string) => (isIP(text) === 6 ? "ipv6" : "ipv4");
  if (isIP(range) === 0 || isIP(address) === 0 || length === "") throw new Error(`${address} in ${cidr}?`);
  const list = new BlockList();
  list.addSubnet(range, Number(length), family(range));
  return family(range) === family(address) && list.check(address, family(address));
}
