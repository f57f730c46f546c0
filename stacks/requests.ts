import type * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../components/diagnostics/workload";
import type { ClusterAccess } from "../components/kubectl/clusterAccess";
import { nameServerRule } from "../components/kubernetes/networkPolicies";
import type { MariaDb, MariaDbArgs } from "../components/mariadb/mariaDb";
import { databaseWorkload } from "../components/mariadb/workload";
import type { PreflightResult } from "../components/preflight/checks";
import type { PreflightArgs } from "../components/preflight/preflight";
import type { RequestedClaims } from "../components/storage/claims/claimChecks";
import { contentClaimName } from "../components/storage/claims/claims";
import { nfsName, nfsServerClassName } from "../components/storage/nfs/nfsNames";
import type { NfsVolumesArgs } from "../components/storage/nfs/nfsVolumes";
import type { OpenEbsRequest } from "../components/storage/openebs/openEbsChecks";
import { claimClass, managedStorageClasses } from "../components/storage/openebs/storage";
import { replicatedVolumes } from "../components/storage/openebs/storageClasses";
import { databaseConnections } from "../components/wordpress/apache";
import type { RequestedContent } from "../components/wordpress/content/contentChecks";
import { sitePolicies } from "../components/wordpress/policies";
import type { SharedContentArgs } from "../components/wordpress/sharedWordPress";
import type { SiteArgs } from "../components/wordpress/site";
import type { ContentSettings } from "./contentSettings";
import type { Settings } from "./settings";

/** What the preflight is asked. @param clusterDigest tells the cluster that the kubeconfig leads to */
export function preflightRequest(
  settings: Settings,
  { clusterDigest, instance }: { readonly clusterDigest: string | undefined; readonly instance: pulumi.Input<string> },
): PreflightArgs["request"] {
  const { namespace, storage, content } = settings;
  return {
    clusterDigest,
    instance,
    namespace,
    nodePort: settings.wordpressNodePort,
    ...(settings.cluster.upsertExistingObjects ? { adoptExisting: true } : {}),
    engine: storage.engine,
    className: claimClass(storage),
    openEbs: openEbsRequest(settings),
    nfs: neededNfs(settings) !== undefined,
    claims: [
      { of: { statefulSet: "mariadb" }, sizeKey: "mariadbStorage", size: settings.mariadbStorage },
      { of: contentClaims(content), sizeKey: "wordpressStorage", size: settings.wordpressStorage },
    ],
    content: requestedContent(settings),
  };
}

/** Which connections the stack's namespace allows. */
export function stackPolicies(
  { egress, content }: Settings,
  preflightResult: pulumi.Output<PreflightResult>,
): ReturnType<typeof sitePolicies> {
  return sitePolicies({
    egress,
    pageCache: content.content === "shared" && content.pageCache !== undefined,
    objectCache: content.content === "shared" && content.objectCache !== undefined,
    nameServers: preflightResult.apply(({ nameServerPorts = [] }) => nameServerRule(nameServerPorts)),
  });
}

/** What the database is made with. */
export function databaseArgs(
  settings: Settings,
  cluster: ClusterAccess,
  onError: (workload: Workload) => pulumi.ErrorHook,
): MariaDbArgs {
  const { namespace, dataRetention } = settings;
  return {
    ...{ cluster, namespace, dataRetention },
    image: settings.mariadbImage,
    maxConnections: databaseConnections,
    storage: settings.mariadbStorage,
    storageClass: claimClass(settings.storage),
    passwordRotation: settings.databasePasswordRotation,
    onError: onError(databaseWorkload(namespace)),
  };
}

/** What the site is made with. */
export function siteArgs(
  settings: Settings,
  { cluster, database, onError }: Pick<SiteArgs, "cluster" | "onError"> & { readonly database: MariaDb },
): SiteArgs {
  const { namespace, dataRetention } = settings;
  return {
    ...{ cluster, namespace, dataRetention },
    replicas: settings.wordpressReplicas,
    image: settings.wordpressImage,
    storage: settings.wordpressStorage,
    storageClass: contentClass(settings) ?? claimClass(settings.storage),
    nodePort: settings.wordpressNodePort,
    externalTrafficPolicy: settings.externalTrafficPolicy,
    trustedProxies: settings.trustedProxies ?? [],
    saltRotation: settings.keyRotation,
    database: database.connection,
    databaseChecksum: database.checksum,
    podsDependOn: database,
    onError,
  };
}

/** What the volumes by NFS are made with; undefined where the site has no need of them. */
export function neededNfs({
  content,
  storage,
  wordpressStorage,
}: Settings): Pick<NfsVolumesArgs, "storage" | "serverVolumes" | "imageRegistry" | "chartRepository"> | undefined {
  if (storage.engine !== "replicated" || content.content === "perPod") return undefined;
  const { contentStorageClass = nfsName, contentAccessMode } = content;
  if (contentAccessMode === "ReadWriteOnce" || contentStorageClass !== nfsName) return undefined;
  return {
    storage: wordpressStorage,
    serverVolumes: replicatedVolumes(storage.replicas, "ext4"),
    imageRegistry: storage.chart.imageRegistry,
    chartRepository: storage.nfsChartRepository,
  };
}

/** The class of the claim for shared content, where it is another one than that of all claims. */
function contentClass(settings: Settings): string | undefined {
  const { content } = settings;
  if (content.content === "perPod") return undefined;
  return content.contentStorageClass ?? (neededNfs(settings) && nfsName);
}

/** The classes that the stack manages. */
export function managedClasses(settings: Settings): string[] {
  return [
    ...managedStorageClasses(settings.storage),
    ...(neededNfs(settings) ? [nfsName, nfsServerClassName] : []),
  ].sort();
}

/** Whose claims the site's files are on. */
function contentClaims({ content }: ContentSettings): RequestedClaims["of"] {
  return content === "shared" ? { claim: contentClaimName } : { statefulSet: "wordpress" };
}

/** Where the site's files are to be. */
function requestedContent(settings: Settings): RequestedContent {
  const { content } = settings;
  if (content.content === "perPod") return { content: "perPod" };
  const className = contentClass(settings);
  return {
    content: "shared",
    accessMode: content.contentAccessMode,
    className,
    classIsManaged: className !== undefined && managedClasses(settings).includes(className),
    migrateContent: content.contentMigration === "merge",
  };
}

/** Arguments that the site has only with shared content; undefined with `content: perPod`. */
export function sharedContentArgs(
  { content, wordpressNodePort, trustedProxies = [] }: Settings,
  preflightResult: pulumi.Output<PreflightResult>,
): SharedContentArgs | undefined {
  if (content.content === "perPod") return undefined;
  return {
    accessMode: content.contentAccessMode,
    migrateContent: content.contentMigration === "merge",
    settings: {
      ...content,
      siteHosts: content.siteHosts ?? [],
      nodePort: wordpressNodePort,
      trustedProxies,
      hasPageCache: content.pageCache !== undefined,
      hasObjectCache: content.objectCache !== undefined,
    },
    pageCache: content.pageCache,
    objectCache: content.objectCache,
    extensions: { repository: content.pluginRepository, plugins: content.plugins, themes: content.themes },
    administrator: {
      title: content.siteTitle,
      user: content.adminUser,
      email: content.adminEmail,
      password: content.adminPassword,
    },
    addresses: preflightResult.apply(({ nodeAddresses }) => nodeAddresses),
  };
}

/** What the stack does with OpenEBS; undefined where it takes what the cluster has. */
function openEbsRequest({ storage, nodeSsh }: Settings): OpenEbsRequest | undefined {
  if (storage.engine === "existing") return undefined;
  const pools = storage.engine === "replicated" ? storage.pools : [];
  return { engine: storage.engine, pools, managesNodes: nodeSsh !== undefined };
}
