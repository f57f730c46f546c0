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
import { replicaCount } from "../components/storage/openebs/keys";
import { claimClass, managedStorageClasses } from "../components/storage/openebs/storage";
import { replicatedVolumes } from "../components/storage/openebs/storageClasses";
import { databaseConnections } from "../components/wordpress/apache";
import type { RequestedContent } from "../components/wordpress/content/contentChecks";
import { sitePolicies } from "../components/wordpress/policies";
import type { SharedContentArgs } from "../components/wordpress/sharedWordPress";
import type { SiteArgs } from "../components/wordpress/site";
import type { Config } from "./config/tree";

/** What the preflight is asked. @param clusterDigest tells the cluster that the kubeconfig leads to */
export function preflightRequest(
  config: Config,
  { clusterDigest, instance }: { readonly clusterDigest: string | undefined; readonly instance: pulumi.Input<string> },
): PreflightArgs["request"] {
  const { namespace, storage, content } = config;
  return {
    clusterDigest,
    instance,
    namespace,
    nodePort: config.wordpressNodePort,
    ...(config["kubernetes:upsertExistingObjects"] ? { adoptExisting: true } : {}),
    engine: storage.engine,
    className: claimClass(storage),
    openEbs: openEbsRequest(config),
    nfs: neededNfs(config) !== undefined,
    claims: [
      { of: { statefulSet: "mariadb" }, sizeKey: "mariadbStorage", size: config.mariadbStorage },
      { of: contentClaims(content), sizeKey: "wordpressStorage", size: config.wordpressStorage },
    ],
    content: requestedContent(config),
  };
}

/** Which connections the stack's namespace allows. */
export function stackPolicies(
  { egress, content, pageCache, objectCache }: Config,
  preflightResult: pulumi.Output<PreflightResult>,
): ReturnType<typeof sitePolicies> {
  return sitePolicies({
    egress,
    pageCache: content === "shared" && pageCache.enabled,
    objectCache: content === "shared" && objectCache.enabled,
    nameServers: preflightResult.apply(({ nameServerPorts = [] }) => nameServerRule(nameServerPorts)),
  });
}

/** What the database is made with. */
export function databaseArgs(
  config: Config,
  cluster: ClusterAccess,
  onError: (workload: Workload) => pulumi.ErrorHook,
): MariaDbArgs {
  const { namespace, dataRetention } = config;
  return {
    ...{ cluster, namespace, dataRetention },
    image: config.mariadbImage,
    maxConnections: databaseConnections,
    storage: config.mariadbStorage,
    storageClass: claimClass(config.storage),
    passwordRotation: config.databasePasswordRotation,
    onError: onError(databaseWorkload(namespace)),
  };
}

/** What the site is made with. */
export function siteArgs(
  config: Config,
  { cluster, database, onError }: Pick<SiteArgs, "cluster" | "onError"> & { readonly database: MariaDb },
): SiteArgs {
  const { namespace, dataRetention } = config;
  return {
    ...{ cluster, namespace, dataRetention },
    replicas: config.wordpressReplicas,
    image: config.wordpressImage,
    storage: config.wordpressStorage,
    storageClass: contentClass(config) ?? claimClass(config.storage),
    nodePort: config.wordpressNodePort,
    externalTrafficPolicy: config.externalTrafficPolicy,
    trustedProxies: config.trustedProxies ?? [],
    saltRotation: config.keyRotation,
    database: database.connection,
    databaseChecksum: database.checksum,
    podsDependOn: database,
    onError,
  };
}

/** What the volumes by NFS are made with; undefined where the site has no need of them. */
export function neededNfs({
  content,
  contentStorageClass = nfsName,
  contentAccessMode,
  storage,
  wordpressStorage,
}: Config): Pick<NfsVolumesArgs, "storage" | "serverVolumes" | "imageRegistry" | "chartRepository"> | undefined {
  if (storage.engine !== "replicated" || content === "perPod") return undefined;
  if (contentAccessMode === "ReadWriteOnce" || contentStorageClass !== nfsName) return undefined;
  return {
    storage: wordpressStorage,
    serverVolumes: replicatedVolumes(replicaCount(storage), "ext4"),
    imageRegistry: storage.imageRegistry,
    chartRepository: storage.nfsChartRepository,
  };
}

/** The class of the claim for shared content, where it is another one than that of all claims. */
function contentClass(config: Config): string | undefined {
  if (config.content === "perPod") return undefined;
  return config.contentStorageClass ?? (neededNfs(config) && nfsName);
}

/** The classes that the stack manages. */
export function managedClasses(config: Config): string[] {
  return [...managedStorageClasses(config.storage), ...(neededNfs(config) ? [nfsName, nfsServerClassName] : [])].sort();
}

/** Whose claims the site's files are on. */
function contentClaims(content: Config["content"]): RequestedClaims["of"] {
  return content === "shared" ? { claim: contentClaimName } : { statefulSet: "wordpress" };
}

/** Where the site's files are to be. */
function requestedContent(config: Config): RequestedContent {
  if (config.content === "perPod") return { content: "perPod" };
  const className = contentClass(config);
  return {
    content: "shared",
    accessMode: config.contentAccessMode,
    className,
    classIsManaged: className !== undefined && managedClasses(config).includes(className),
    migrateContent: config.contentMigration === "merge",
  };
}

/** Arguments that the site has only with shared content; undefined with `content: perPod`. */
export function sharedContentArgs(
  config: Config,
  preflightResult: pulumi.Output<PreflightResult>,
): SharedContentArgs | undefined {
  if (config.content === "perPod") return undefined;
  return {
    accessMode: config.contentAccessMode,
    migrateContent: config.contentMigration === "merge",
    settings: {
      ...config,
      siteHosts: config.siteHosts ?? [],
      nodePort: config.wordpressNodePort,
      trustedProxies: config.trustedProxies ?? [],
      hasPageCache: config.pageCache.enabled,
      hasObjectCache: config.objectCache.enabled,
    },
    pageCache: config.pageCache.enabled ? config.pageCache : undefined,
    objectCache: config.objectCache.enabled ? config.objectCache : undefined,
    extensions: { repository: config.pluginRepository, plugins: config.plugins, themes: config.themes },
    administrator: {
      title: config.siteTitle,
      user: config.adminUser,
      email: config.adminEmail,
      password: config.adminPassword,
    },
    addresses: preflightResult.apply(({ nodeAddresses }) => nodeAddresses),
  };
}

/** What the stack does with OpenEBS; undefined where it takes what the cluster has. */
function openEbsRequest({ storage, nodeSsh }: Config): OpenEbsRequest | undefined {
  if (storage.engine === "existing") return undefined;
  const pools = storage.engine === "replicated" ? storage.pools : [];
  return { engine: storage.engine, pools, managesNodes: nodeSsh !== undefined };
}
