import { probeRwx } from "./rwxProbe";
import { commandCluster, commandRequest, previousOutput, runCommand, UserError } from "../kubectl/scriptRuntime";
import { Kubectl, KubectlError } from "../kubectl/client";
import { nameServerPorts } from "../kubernetes/nameServers";
import type {
  AnyObject,
  Claim,
  DiskPool,
  Namespace,
  Node,
  PodController,
  Service,
  StorageClass,
  Volume,
} from "../kubernetes/objects";
import {
  type ClusterFacts,
  effectiveClass,
  nodeAddress,
  nodeAddresses,
  preflightFailure,
  preflightFindings,
  type PreflightResult,
  type PreflightRequest,
} from "./checks";
import { usedDefaults } from "./defaultImages";
import { missingPermissions } from "./permissions";
import { nfsName } from "../storage/nfs/nfsNames";
import { nodeSources } from "../storage/nfs/nodeSources";
import { readDatabaseFiles } from "../mariadb/databaseFiles";
import { contentClaimName } from "../storage/claims/claims";
import { needsSnapshotCrds } from "../storage/openebs/openEbsCleanup";
import { listIfKnown } from "../kubectl/optionalList";
import { diskPoolKind, openEbsName } from "../storage/openebs/openEbsNames";
import { configSet } from "../../stacks/config/commands";

runCommand(async (kubectl) => {
  const request = commandRequest<PreflightRequest>();
  const previous = previousOutput<PreflightResult>();
  const facts = await readFacts(kubectl, request, previous);
  const findings = preflightFindings(request, facts, previous);
  if (findings.length > 0) {
    throw new UserError(preflightFailure(findings));
  }
  const storageClass = effectiveClass(request, facts) ?? "";
  process.stderr.write(`On context "${facts.context}" (${facts.server}), storage class "${storageClass}"\n`);
  if (request.content.content === "shared" && request.content.accessMode === "ReadWriteOnce")
    process.stderr.write(singleNodeNotice);
  const result: PreflightResult = {
    context: facts.context,
    server: facts.server,
    cluster: facts.cluster ?? "",
    namespace: request.namespace,
    engine: request.engine,
    configuredClass: request.className ?? null,
    storageClass,
    snapshotCrds: needsSnapshotCrds(await definitions(kubectl, request)),
    nodeAddress: nodeAddress(facts),
    nodeAddresses: nodeAddresses(facts),
    nodeSources: nodeSources(facts.nodes),
    managesNodes: request.openEbs?.managesNodes ?? false,
    nameServerPorts: nameServerPorts(facts.services),
    usedDefaults: usedDefaults(request.defaultImages),
  };
  return JSON.stringify(result);
});

async function readFacts(
  kubectl: Kubectl,
  request: PreflightRequest,
  previous: PreflightResult | undefined,
): Promise<ClusterFacts> {
  const { context } = commandCluster();
  const server = await serverOf(kubectl, context);
  const uid = await kubectl.json<Namespace>(["get", "namespace", "kube-system"]).then(
    (namespace) => namespace.metadata.uid,
    (error: unknown) => {
      if (/forbidden/i.test(String(error))) return undefined;
      throw new UserError(
        `kubernetes:context: the cluster "${context}" (${server}) does not answer: ${lastLine(error)}\n` +
          `Nothing was changed. Start it, or use another context: ${configSet("kubernetes:context", "NAME")}`,
      );
    },
  );
  // A list that may not be read is empty here, and reported as a missing permission.
  const readable = <T>(reading: Promise<T[]>) => reading.catch((error: unknown) => emptyIfForbidden<T>(error));
  const migrateContent = request.content.content === "shared" && request.content.migrateContent;
  const [permissions, namespaces, services, classes, nodes, claims, podControllers, volumes, previousClaims] =
    await Promise.all([
      missingPermissions(kubectl, request),
      readable(kubectl.list<Namespace>("namespaces")),
      readable(kubectl.list<Service>("services")),
      readable(kubectl.list<StorageClass>("storageclasses")),
      readable(kubectl.list<Node>("nodes")),
      readable(kubectl.list<Claim>("persistentvolumeclaims", request.namespace)),
      readable(podControllersIn(kubectl, request)),
      migrateContent ? readable(kubectl.list<Volume>("persistentvolumes")) : [],
      previous && previous.namespace !== request.namespace
        ? readable(kubectl.list<Claim>("persistentvolumeclaims", previous.namespace))
        : [],
    ]);
  const databaseFiles =
    permissions.length > 0
      ? {}
      : await readDatabaseFiles(
          kubectl,
          { namespace: request.namespace, image: request.database.image },
          { claims, podControllers },
        );
  const [drivers, pools] = request.openEbs
    ? await Promise.all([
        readable(kubectl.list<AnyObject>("csidrivers")),
        readable(listIfKnown<DiskPool>(kubectl, diskPoolKind, openEbsName)),
      ])
    : [[], []];
  const namespaceNamed = (name: string) => namespaces.find(({ metadata }) => metadata.name === name);
  const namespace = namespaceNamed(request.namespace);
  const rwxProbeError =
    permissions.length > 0 ? undefined : await probeContentClass(kubectl, request, { classes, nodes, claims });
  return {
    ...{ context, server, cluster: uid, missingPermissions: permissions },
    ...{ namespace, services, classes, nodes, claims, podControllers, volumes, previousClaims, rwxProbeError },
    databaseFiles,
    ...(request.openEbs ? { openEbs: { openEbsNamespace: namespaceNamed(openEbsName), drivers, pools } } : {}),
    ...(request.nfs ? { nfs: { nfsNamespace: namespaceNamed(nfsName), drivers } } : {}),
  };
}

/** The StatefulSets in the namespace and, if the site's content is shared, its Deployments. */
async function podControllersIn(
  kubectl: Kubectl,
  { namespace, content }: Pick<PreflightRequest, "namespace" | "content">,
): Promise<PodController[]> {
  const kinds = ["statefulsets", ...(content.content === "shared" ? ["deployments"] : [])];
  return (await Promise.all(kinds.map((kind) => kubectl.list<PodController>(kind, namespace)))).flat();
}

/** Probes the content's storage class for ReadWriteMany, once, before the claim exists. @returns the class's reason for a refusal */
async function probeContentClass(
  kubectl: Kubectl,
  { content, instance }: PreflightRequest,
  { classes, nodes, claims }: Pick<ClusterFacts, "classes" | "nodes" | "claims">,
): Promise<string | undefined> {
  if (content.content !== "shared" || content.accessMode !== "ReadWriteMany") return undefined;
  const storageClass = classes.find(({ metadata }) => metadata.name === content.className);
  if (!storageClass || content.classIsManaged || claims.some(({ metadata }) => metadata.name === contentClaimName))
    return undefined;
  return probeRwx(kubectl, storageClass, nodes, `wordpress-trial-${instance}`);
}

/** The cluster's CRDs; empty unless OpenEBS's chart may install some. */
async function definitions(kubectl: Kubectl, { openEbs }: PreflightRequest): Promise<AnyObject[]> {
  return openEbs?.engine === "replicated" ? kubectl.list<AnyObject>("customresourcedefinitions") : [];
}

/** URL of the context's API server. @throws UserError if the kubeconfig lacks the context */
async function serverOf(kubectl: Kubectl, context: string): Promise<string> {
  interface Kubeconfig {
    readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[] | null;
    readonly contexts: readonly { readonly name: string; readonly context: { readonly cluster: string } }[] | null;
  }
  const { clusters, contexts } = await new Kubectl({ kubeconfig: commandCluster().kubeconfig }).json<Kubeconfig>([
    "config",
    "view",
  ]);
  const found = contexts?.find(({ name }) => name === context);
  if (!found) {
    const names = contexts?.map(({ name }) => name) ?? [];
    throw new UserError(
      `kubernetes:context: "${context}" is not in the kubeconfig; it has ${names.join(", ") || "no context"}; ` +
        `example: ${configSet("kubernetes:context", names[0] ?? "kind-kind")}`,
    );
  }
  return clusters?.find(({ name }) => name === found.context.cluster)?.cluster.server ?? "no server";
}

const singleNodeNotice =
  "contentAccessMode ReadWriteOnce: all pods of the site run on one node. Draining that node interrupts the site until they " +
  "have started on another one (docs/how-to/drain-a-node.md)\n";

function emptyIfForbidden<T>(error: unknown): T[] {
  if (error instanceof KubectlError && /forbidden/i.test(error.message)) return [];
  throw error;
}

function lastLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split("\n").at(-1) ?? "";
}
