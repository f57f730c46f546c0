import type * as pulumi from "@pulumi/pulumi";
import { nameServerRule } from "../components/kubernetes/networkPolicies";
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
import type { RequestedContent } from "../components/wordpress/content/contentChecks";
import { sitePolicies } from "../components/wordpress/policies";
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
export function contentClass(config: Config): string | undefined {
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

/** What the stack does with OpenEBS; undefined where it takes what the cluster has. */
function openEbsRequest({ storage, nodeSsh }: Config): OpenEbsRequest | undefined {
  if (storage.engine === "existing") return undefined;
  const pools = storage.engine === "replicated" ? storage.pools : [];
  return { engine: storage.engine, pools, managesNodes: nodeSsh !== undefined };
}
