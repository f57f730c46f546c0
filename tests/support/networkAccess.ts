/** A pod as policies see it. */
export interface PolicyPod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
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
  readonly ipBlock?: { readonly cidr: string };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
}

/** A NetworkPolicy of networking.k8s.io/v1, without the parts that this program does not use. */
export interface Policy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

/** One end of a connection: a pod, or an IPv4 address that is no pod's. */
export type End = PolicyPod | string;

/** Whether a network that enforces policies lets a connection through, after the documentation of NetworkPolicies. */
export function allowed(policies: readonly Policy[], from: End, to: End, port: number, protocol = "TCP"): boolean {
  const direction = (end: End, other: End, type: "Ingress" | "Egress") => {
    if (typeof end === "string") return true;
    const applying = policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === end.namespace && spec.policyTypes.includes(type) && matches(spec.podSelector, end),
    );
    if (applying.length === 0) return true;
    return applying.some(({ metadata, spec }) =>
      ((type === "Ingress" ? spec.ingress : spec.egress) ?? []).some((rule) => {
        const peers = type === "Ingress" ? rule.from : rule.to;
        const isPeer = peers === undefined || peers.some((peer) => isOf(peer, other, metadata.namespace));
        const isPort =
          rule.ports === undefined ||
          rule.ports.some((own) => own.port === port && (own.protocol ?? "TCP") === protocol);
        return isPeer && isPort;
      }),
    );
  };
  return direction(from, to, "Egress") && direction(to, from, "Ingress");
}

function isOf({ podSelector, ipBlock }: Peer, end: End, namespace: string): boolean {
  if (typeof end === "string") return ipBlock !== undefined && contains(ipBlock.cidr, end);
  return podSelector !== undefined && end.namespace === namespace && matches(podSelector, end);
}

function matches({ matchLabels = {}, matchExpressions = [] }: Selector, { labels }: PolicyPod): boolean {
  const bare = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return (
    bare &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator !== "In") throw new Error(`this evaluation does not know the operator ${operator}`);
      return values.includes(labels[key] ?? "");
    })
  );
}

function contains(cidr: string, address: string): boolean {
  const [range = "", length = "32"] = cidr.split("/");
  const number = (text: string) => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(range) / size) === Math.floor(number(address) / size);
}
