import { isIPv4 } from "node:net";
import { configSet } from "../../stacks/config/commands";
import type { ClusterIdentity } from "../kubectl/destroyGuard";
import type { DatabaseFiles } from "../mariadb/databaseFiles";
import { type RequestedDatabase, upgradeFindings } from "../mariadb/upgradeChecks";
import { type NfsFacts, nfsFindings } from "../storage/nfs/nfsChecks";
import { openEbsFindings, type OpenEbsFacts, type OpenEbsRequest } from "../storage/openebs/openEbsChecks";
import { type ClaimsLocation, moveFindings, type RequestedClaims, sizeFindings } from "../storage/claims/claimChecks";
import { contentFindings, type RequestedContent } from "../wordpress/content/contentChecks";
import { isReady } from "../kubernetes/conditions";
import { type DefaultImage, defaultImageFindings, type UsedDefaults } from "./defaultImages";
import type { PodPort } from "../kubernetes/nameServers";
import type { Claim, Namespace, Node, PodController, Service, StorageClass, Volume } from "../kubernetes/objects";
import { instanceAnnotation } from "../kubernetes/ownership";

/** What the preflight checks: the stack's settings that depend on the cluster. */
export interface PreflightRequest {
  /** Digest of the kubeconfig's cluster. A changed one reruns the preflight. */
  readonly clusterDigest?: string | undefined;
  /** Random ID that marks this stack's namespaces. */
  readonly instance: string;
  readonly namespace: string;
  readonly nodePort: number;
  /** Whether this `up` takes over existing objects. Setting it reruns the preflight, which checks the namespace's owner. */
  readonly adoptExisting?: true;
  readonly engine: string;
  /** Storage class of the claims. @default the cluster's default class */
  readonly className?: string | undefined;
  /** What the stack installs of OpenEBS; undefined with the engine `existing`. */
  readonly openEbs?: OpenEbsRequest | undefined;
  /** Whether the stack installs the NFS server. */
  readonly nfs: boolean;
  readonly claims: readonly RequestedClaims[];
  readonly content: RequestedContent;
  readonly database: RequestedDatabase;
  /** Images that are defaults of the program. A changed default reruns the preflight. */
  readonly defaultImages: readonly DefaultImage[];
}

/** Result of the preflight of the last `up`: the command's output, kept in the stack's state. */
export interface PreflightResult extends ClusterIdentity, ClaimsLocation {
  readonly storageClass: string;
  /** Whether OpenEBS's chart installs the CRDs of snapshots: true unless the cluster has them from elsewhere. */
  readonly snapshotCrds: boolean;
  /** Address at which a NodePort is most likely reachable. */
  readonly nodeAddress: string;
  /** Addresses of all nodes, after that one. */
  readonly nodeAddresses: readonly string[];
  /** CIDRs of the source addresses of the nodes' own traffic to pods. */
  readonly nodeSources: readonly string[];
  /** Whether the program prepares the storage nodes over SSH. @default false, as for results of earlier versions */
  readonly managesNodes?: boolean;
  /** Ports of the cluster's name servers besides 53, by number or name. @default none, as for results of earlier versions */
  readonly nameServerPorts?: readonly PodPort[];
  /** Defaults of the program for images. @default none, as for results of earlier versions */
  readonly usedDefaults?: UsedDefaults;
}

/** What was read from the cluster. */
export interface ClusterFacts {
  readonly context: string;
  readonly server: string;
  /** UID of the namespace kube-system; undefined without the permission to read it. */
  readonly cluster: string | undefined;
  /** Missing permissions, e.g. `create, patch statefulsets.apps`. Lists that may not be read are empty below. */
  readonly missingPermissions: readonly string[];
  readonly namespace?: Namespace | undefined;
  readonly services: readonly Service[];
  readonly classes: readonly StorageClass[];
  readonly nodes: readonly Node[];
  /** Claims in the requested namespace. */
  readonly claims: readonly Claim[];
  /** The database's files; empty without any. */
  readonly databaseFiles: DatabaseFiles;
  /** Deployments and StatefulSets in the requested namespace. */
  readonly podControllers: readonly PodController[];
  /** Volumes of the cluster; empty unless content is migrated. */
  readonly volumes: readonly Volume[];
  /** Claims in the namespace of the last `up`, if that differs. */
  readonly previousClaims: readonly Claim[];
  /** Why the content's storage class refuses ReadWriteMany; undefined if it supports it, or was not probed. */
  readonly rwxProbeError?: string | undefined;
  /** Undefined if the stack installs no OpenEBS. */
  readonly openEbs?: Omit<OpenEbsFacts, "context" | "nodes" | "classes" | "hasManagedNodes"> | undefined;
  /** Undefined if the stack installs no NFS server. */
  readonly nfs?: Omit<NfsFacts, "context"> | undefined;
}

/** Lists all problems of an `up`, one finding each; empty if `up` can proceed. */
export function preflightFindings(
  request: PreflightRequest,
  facts: ClusterFacts,
  previous: PreflightResult | undefined,
): string[] {
  if (previous && facts.cluster !== undefined && previous.cluster !== facts.cluster)
    return [otherCluster(facts, previous)];
  // Objects that may not be read would be reported as missing.
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
    ...upgradeFindings(request.database, facts.databaseFiles),
    ...defaultImageFindings(request.defaultImages, facts.podControllers, previous?.usedDefaults),
  ];
}

/** The message with which the preflight fails. */
export function preflightFailure(findings: readonly string[]): string {
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  return `Preflight failed (${count}); nothing was changed:\n${findings.map((finding) => `  - ${finding}`).join("\n")}`;
}

/** The storage class of the stack's claims: the configured one, or the cluster's default. */
export function effectiveClass(request: PreflightRequest, facts: ClusterFacts): string | undefined {
  return request.className ?? facts.classes.find(isDefaultClass)?.metadata.name;
}

/** Address at which a NodePort is most likely reachable: 127.0.0.1 for a cluster on this machine, else a node's address. */
export function nodeAddress(facts: ClusterFacts): string {
  const local = isThisMachine(facts.server);
  const addresses = facts.nodes.filter(isReady).flatMap((node) => node.status.addresses ?? []);
  const ofType = (type: string) => addresses.find((address) => address.type === type)?.address;
  return local ? "127.0.0.1" : (ofType("ExternalIP") ?? ofType("InternalIP") ?? "127.0.0.1");
}

/** @param server URL of an API server; k3d uses 0.0.0.0, the address of all interfaces */
function isThisMachine(server: string): boolean {
  const host = URL.canParse(server) ? new URL(server).hostname : "";
  return ["localhost", "0.0.0.0", "[::1]", "[::]"].includes(host) || (isIPv4(host) && host.startsWith("127."));
}

/** All addresses of a NodePort: the most likely one first, then those of all nodes. */
export function nodeAddresses(facts: ClusterFacts): string[] {
  const all = facts.nodes.flatMap(({ status }) => status.addresses ?? []).map(({ address }) => address.toLowerCase());
  return [...new Set([nodeAddress(facts), ...all])];
}

/** Finding for another cluster than the stack's own. */
export function otherCluster(
  facts: Pick<ClusterFacts, "context" | "server">,
  previous: Pick<PreflightResult, "context" | "server">,
): string {
  const goBack =
    facts.context === previous.context
      ? "use the kubeconfig of the previous cluster, in KUBECONFIG or as kubernetes:kubeconfig"
      : configSet("kubernetes:context", previous.context);
  return (
    `kubernetes:context: "${facts.context}" (${facts.server}) leads to another cluster than the one this stack is on, ` +
    `"${previous.context}" (${previous.server}); nothing was changed. Go back: ${goBack}. ` +
    "For a second site on the other cluster, create a separate stack: pulumi stack init NAME"
  );
}

function permissionFinding({ context, missingPermissions }: ClusterFacts): string {
  return (
    `kubernetes:context: the user of "${context}" may not ${missingPermissions.join("; ")}; grant these permissions, or ` +
    `use another context: ${configSet("kubernetes:context", "NAME")}`
  );
}

function namespaceFindings({ namespace, instance }: PreflightRequest, facts: ClusterFacts): string[] {
  if (!facts.namespace) return [];
  if (facts.namespace.status?.phase === "Terminating") {
    return [
      `namespace: "${namespace}" is still being deleted; wait until \`kubectl --context ${facts.context} get namespace ` +
        `${namespace}\` finds nothing, or choose another name: ${configSet("namespace", `${namespace}-2`)}`,
    ];
  }
  if (facts.namespace.metadata.annotations?.[instanceAnnotation] === instance) return [];
  return [
    `namespace: "${namespace}" exists and is not this stack's; choose another name: ${configSet("namespace", `${namespace}-2`)}`,
  ];
}

function nodePortFindings({ namespace, nodePort }: PreflightRequest, facts: ClusterFacts): string[] {
  const holds = (service: Service) => service.spec.ports?.some((port) => port.nodePort === nodePort);
  const own = ({ metadata }: Service) => metadata.namespace === namespace && metadata.name === "wordpress";
  const used = new Set(facts.services.flatMap((service) => service.spec.ports?.map((port) => port.nodePort) ?? []));
  const free = Array.from({ length: 2768 }, (_, index) => 30000 + ((index + 8) % 2768)).find((port) => !used.has(port));
  return facts.services
    .filter((service) => holds(service) && !own(service))
    .map(
      ({ metadata }) =>
        `wordpressNodePort: ${nodePort} is used by the Service ${metadata.namespace}/${metadata.name}; choose a free one: ` +
        configSet("wordpressNodePort", String(free)),
    );
}

function classFindings({ className }: PreflightRequest, facts: ClusterFacts): string[] {
  const names = facts.classes.map((storageClass) => storageClass.metadata.name);
  const choice = `the cluster has ${names.length ? names.join(", ") : "no storage class"}`;
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
  return [
    `kubernetes:context: "${context}" has no node that is Ready; inspect: kubectl --context ${context} get nodes`,
  ];
}

function isDefaultClass({ metadata }: StorageClass): boolean {
  return metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";
}
