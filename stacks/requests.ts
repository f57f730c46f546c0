import type * as pulumi from "@pulumi/pulumi";
import { nameServerRule } from "../components/kubernetes/networkPolicies";
import type { PreflightResult } from "../components/preflight/checks";
import type { DefaultImage } from "../components/preflight/defaultImages";
import type { PreflightArgs } from "../components/preflight/preflight";
import type { RequestedClaims } from "../components/storage/claims/claimChecks";
import { contentClaimName } from "../components/storage/claims/claims";
import { nfsName, nfsServerClassName } from "../components/storage/nfs/nfsNames";
import type { NfsVolumesArgs } from "../components/storage/nfs/nfsVolumes";
import type { OpenEbsRequest } from "../components/storage/openebs/openEbsChecks";
import { replicaCount } from "../components/storage/openebs/keys";
import { claimClass, managedStorageClasses } from "../components/storage/openebs/storage";
import { replicatedVolumes } from "../components/storage/openebs/storageClasses";
import type { RequestedContent } from "../components/wordpress/content/contentChecks";
import { sitePolicies } from "../components/wordpress/policies";
import { objectCacheName } from "../components/objectCache/objectCacheNames";
import { pageCacheName } from "../components/pageCache/pageCacheNames";
import type { Config } from "./config/tree";

/** The preflight's request. @param clusterDigest identifies the kubeconfig's cluster */
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
    database: { image: config.mariadbImage, upgrade: config.mariadbUpgrade },
    defaultImages: defaultImages(config),
  };
}

/** The images that the stack runs and whose keys are not set. */
function defaultImages({
  content,
  wordpressImage,
  mariadbImage,
  pageCache,
  objectCache,
  isSet,
}: Config): DefaultImage[] {
  const images = [
    { key: "wordpressImage", image: wordpressImage, workload: "wordpress", container: "wordpress" },
    { key: "mariadbImage", image: mariadbImage, workload: "mariadb", container: "mariadb" },
    ...(content === "shared" && pageCache.enabled
      ? [{ key: "pageCache.image", image: pageCache.image, workload: pageCacheName, container: "nginx" }]
      : []),
    ...(content === "shared" && objectCache.enabled
      ? [{ key: "objectCache.image", image: objectCache.image, workload: objectCacheName, container: "valkey" }]
      : []),
  ];
  return images.filter(({ key }) => !isSet(key));
}

/** The connections that the NetworkPolicies of the stack's namespace allow. */
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

/** The settings of the NFS volumes; undefined if the site does not need them. */
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

/** The storage class of the claim for shared content; undefined if it is that of all claims. */
export function contentClass(config: Config): string | undefined {
  if (config.content === "perPod") return undefined;
  return config.contentStorageClass ?? (neededNfs(config) && nfsName);
}

/** The storage classes that the stack manages. */
export function managedClasses(config: Config): string[] {
  return [...managedStorageClasses(config.storage), ...(neededNfs(config) ? [nfsName, nfsServerClassName] : [])].sort();
}

/** The claims that hold the site's files. */
function contentClaims(content: Config["content"]): RequestedClaims["of"] {
  return content === "shared" ? { claim: contentClaimName } : { statefulSet: "wordpress" };
}

/** The configured place of the site's files. */
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

/** The stack's use of OpenEBS; undefined with `storage.engine: existing`. */
function openEbsRequest({ storage, nodeSsh }: Config): OpenEbsRequest | undefined {
  if (storage.engine === "existing") return undefined;
  const pools = storage.engine === "replicated" ? storage.pools : [];
  return { engine: storage.engine, pools, managesNodes: nodeSsh !== undefined };
}
