import { isIPv4 } from "node:net";
import { configSet } from "../../stacks/config/rules";
import type { ClusterIdentity } from "../kubectl/destroyGuard";
import { type NfsFacts, nfsFindings } from "../storage/nfs/nfsChecks";
import { openEbsFindings, type OpenEbsFacts, type OpenEbsRequest } from "../storage/openebs/openEbsChecks";
import { type ClaimsPlace, moveFindings, type RequestedClaims, sizeFindings } from "../storage/claims/claimChecks";
import { contentFindings, type RequestedContent } from "../wordpress/content/contentChecks";
import { isReady } from "../kubernetes/conditions";
import type { PodPort } from "../kubernetes/nameServers";
import type { Claim, Namespace, Node, Service, StorageClass, Volume } from "../kubernetes/objects";
import { instanceAnnotation } from "../kubernetes/ownership";

/** What the stack is about to do, as far as the cluster has a say in it. */
export interface PreflightRequest {
  /** Tells the cluster that the kubeconfig leads to; another one makes the preflight run again. */
  readonly clusterDigest?: string | undefined;
  /** Random text that tells this stack's namespace from another's. */
  readonly instance: string;
  readonly namespace: string;
  readonly nodePort: number;
  /** Whether this `up` takes over objects that exist: whose namespace it is has to be asked once more. */
  readonly adoptExisting?: true;
  readonly engine: string;
  /** The class that the claims ask for; without one the cluster's default is taken. */
  readonly className?: string | undefined;
  /** What the stack brings of OpenEBS, its classes included; undefined where it takes what the cluster has. */
  readonly openEbs?: OpenEbsRequest | undefined;
  /** Whether the stack brings volumes by NFS. */
  readonly nfs: boolean;
  readonly claims: readonly RequestedClaims[];
  readonly content: RequestedContent;
}

/** What was agreed on at the last `up`: the command's output, kept in the stack's state. */
export interface PreflightResult extends ClusterIdentity, ClaimsPlace {
  readonly storageClass: string;
  /** Whether OpenEBS's chart is to bring the CRDs of snapshots: nobody else has brought them. */
  readonly snapshotCrds: boolean;
  /** An address at which a NodePort can be expected to answer. */
  readonly nodeAddress: string;
  /** All addresses at which it does, that one first. */
  readonly nodeAddresses: readonly string[];
  /** Where the nodes' own traffic to pods comes from, as CIDRs. */
  readonly nodeSources: readonly string[];
  /** Whether the program prepares the storage nodes, over SSH. @default false, as in records that say nothing of it */
  readonly managesNodes?: boolean;
  /** Ports of the cluster's name servers besides 53, by number or name. @default none, in a record that is older than the field */
  readonly nameServerPorts?: readonly PodPort[];
}

/** What was read from the cluster. */
export interface ClusterFacts {
  readonly context: string;
  readonly server: string;
  /** Undefined where it may not be read, which is a missing permission. */
  readonly cluster: string | undefined;
  /** Permissions that are missing, e.g. `create, patch statefulsets.apps`. What may not be read is empty below. */
  readonly missingPermissions: readonly string[];
  readonly namespace?: Namespace | undefined;
  readonly services: readonly Service[];
  readonly classes: readonly StorageClass[];
  readonly nodes: readonly Node[];
  /** Claims in the requested namespace. */
  readonly claims: readonly Claim[];
  /** Volumes of the cluster; empty where nothing is to be moved. */
  readonly volumes: readonly Volume[];
  /** Claims in the namespace of the last `up`, where that is another one. */
  readonly previousClaims: readonly Claim[];
  /** Why the class of the shared content gives no volumes for many nodes; undefined where it does, or is not asked to. */
  readonly rwxProbeError?: string | undefined;
  /** Undefined where the stack brings nothing of OpenEBS. */
  readonly openEbs?: Omit<OpenEbsFacts, "context" | "nodes" | "classes" | "hasManagedNodes"> | undefined;
  /** Undefined where the stack brings none of NFS. */
  readonly nfs?: Omit<NfsFacts, "context"> | undefined;
}

/** Everything that stands in the way, a finding a line; none where `up` can go on. */
export function preflightFindings(
  request: PreflightRequest,
  facts: ClusterFacts,
  previous: PreflightResult | undefined,
): string[] {
  if (previous && facts.cluster !== undefined && previous.cluster !== facts.cluster)
    return [otherCluster(facts, previous)];
  // Without the permissions the rest was not to be seen, and would be reported as missing.
  if (facts.missingPermissions.length > 0) return [permissionFinding(facts)];
  const storageClass = effectiveClass(request, facts);
  return [
    ...namespaceFindings(request, facts),
    ...nodePortFindings(request, facts),
    ...(request.openEbs && facts.openEbs
      ? openEbsFindings(request.openEbs, request.instance, {
          ...facts,
          ...facts.openEbs,
          hasManagedNodes: previous?.managesNodes ?? false,
        })
      : classFindings(request, facts)),
    ...(facts.nfs ? nfsFindings(request.instance, { ...facts, ...facts.nfs }) : []),
    ...readyFindings(facts),
    ...contentFindings(request, facts, storageClass),
    ...moveFindings({ ...request, configuredClass: request.className ?? null }, facts, { previous, storageClass }),
    ...request.claims.flatMap((claims) => sizeFindings(claims, facts)),
  ];
}

/** The class that the stack's claims get: the configured one, or the cluster's default. */
export function effectiveClass(request: PreflightRequest, facts: ClusterFacts): string | undefined {
  return request.className ?? facts.classes.find(isDefaultClass)?.metadata.name;
}

/** Where a NodePort can be expected to answer: here for a cluster on this machine, else on a node's address. */
export function nodeAddress(facts: ClusterFacts): string {
  const local = isThisMachine(facts.server);
  const addresses = facts.nodes.filter(isReady).flatMap((node) => node.status.addresses ?? []);
  const ofType = (type: string) => addresses.find((address) => address.type === type)?.address;
  return local ? "127.0.0.1" : (ofType("ExternalIP") ?? ofType("InternalIP") ?? "127.0.0.1");
}

/** @param server an API server's URL; k3d's has the address for all of this machine's, 0.0.0.0 */
function isThisMachine(server: string): boolean {
  const host = URL.canParse(server) ? new URL(server).hostname : "";
  return ["localhost", "0.0.0.0", "[::1]", "[::]"].includes(host) || (isIPv4(host) && host.startsWith("127."));
}

/** All addresses at which a NodePort answers: where it is expected first, then each node's. */
export function nodeAddresses(facts: ClusterFacts): string[] {
  const all = facts.nodes.flatMap(({ status }) => status.addresses ?? []).map(({ address }) => address.toLowerCase());
  return [...new Set([nodeAddress(facts), ...all])];
}

/** Why nothing is done on another cluster than the stack's own. */
export function otherCluster(
  facts: Pick<ClusterFacts, "context" | "server">,
  previous: Pick<PreflightResult, "context" | "server">,
): string {
  const goBack =
    facts.context === previous.context
      ? "name the kubeconfig that has the previous one, in KUBECONFIG or as kubernetes:kubeconfig"
      : configSet("kubernetes:context", previous.context);
  return (
    `kubernetes:context: "${facts.context}" (${facts.server}) leads to another cluster than the one this stack is on, ` +
    `"${previous.context}" (${previous.server}); nothing was touched. Go back: ${goBack}. ` +
    "For a second site on the other cluster make a stack of its own: pulumi stack init NAME"
  );
}

function permissionFinding({ context, missingPermissions }: ClusterFacts): string {
  return (
    `kubernetes:context: the user of "${context}" may not ${missingPermissions.join("; ")}; let them, or name a context ` +
    `that may: ${configSet("kubernetes:context", "NAME")}`
  );
}

function namespaceFindings({ namespace, instance }: PreflightRequest, facts: ClusterFacts): string[] {
  if (!facts.namespace) return [];
  if (facts.namespace.status?.phase === "Terminating") {
    return [
      `namespace: "${namespace}" is still being deleted; wait until \`kubectl --context ${facts.context} get namespace ` +
        `${namespace}\` finds nothing, or take another name: ${configSet("namespace", `${namespace}-2`)}`,
    ];
  }
  if (facts.namespace.metadata.annotations?.[instanceAnnotation] === instance) return [];
  return [
    `namespace: "${namespace}" exists and is not this stack's; take another name: ${configSet("namespace", `${namespace}-2`)}`,
  ];
}

function nodePortFindings({ namespace, nodePort }: PreflightRequest, facts: ClusterFacts): string[] {
  const holds = (service: Service) => service.spec.ports?.some((port) => port.nodePort === nodePort);
  const own = ({ metadata }: Service) => metadata.namespace === namespace && metadata.name === "wordpress";
  const taken = new Set(facts.services.flatMap((service) => service.spec.ports?.map((port) => port.nodePort) ?? []));
  const free = Array.from({ length: 2768 }, (_, index) => 30000 + ((index + 8) % 2768)).find(
    (port) => !taken.has(port),
  );
  return facts.services
    .filter((service) => holds(service) && !own(service))
    .map(
      ({ metadata }) =>
        `wordpressNodePort: ${nodePort} is taken by the Service ${metadata.namespace}/${metadata.name}; take a free one: ` +
        configSet("wordpressNodePort", String(free)),
    );
}

function classFindings({ className }: PreflightRequest, facts: ClusterFacts): string[] {
  const names = facts.classes.map((storageClass) => storageClass.metadata.name);
  const choice = `the cluster has ${names.length ? names.join(", ") : "no storage class at all"}`;
  const remedy = names[0] === undefined ? "install one first" : configSet("storage.className", names[0]);
  if (className !== undefined && !names.includes(className)) {
    return [`storage.className: "${className}" is no storage class of this cluster; ${choice}; choose one: ${remedy}`];
  }
  if (className === undefined && !facts.classes.some(isDefaultClass)) {
    return [
      `storage.className: not set, and no storage class is the cluster's default; ${choice}; choose one: ${remedy}`,
    ];
  }
  return [];
}

function readyFindings({ nodes, context }: ClusterFacts): string[] {
  if (nodes.some(isReady)) return [];
  return [`kubernetes:context: "${context}" has no node that is Ready; look: kubectl --context ${context} get nodes`];
}

function isDefaultClass({ metadata }: StorageClass): boolean {
  return metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";
}
