import { Provider } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { RandomString } from "@pulumi/random";
import type { ClusterAccess } from "../components/kubectl/clusterAccess";
import type { Workload } from "../components/diagnostics/workload";
import { retryConflicts } from "../components/diagnostics/conflictRetry";
import { clusterIdentity } from "../components/kubectl/ownCluster";
import { failureReport } from "../components/diagnostics/failureReport";
import { kubectlCommand } from "../components/kubectl/scriptResource";
import { nameServerRule, NetworkPolicies } from "../components/kubernetes/networkPolicies";
import { Preflight } from "../components/preflight/preflight";
import type { RequestedClaims } from "../components/storage/claims/claimChecks";
import type { RequestedContent } from "../components/wordpress/content/contentChecks";
import { ownNamespace } from "../components/kubernetes/namespace";
import { awaitAllRollouts } from "../components/diagnostics/rollout";
import { urlHost } from "../components/kubernetes/hostAddress";
import { databaseWorkload } from "../components/mariadb/workload";
import { MariaDb } from "../components/mariadb/mariaDb";
import { databaseConnections } from "../components/wordpress/apache";
import { sitePolicies } from "../components/wordpress/policies";
import { type SiteContent, WordPress } from "../components/wordpress/wordPress";
import { nfsDriver, nfsName, nfsServerClassName } from "../components/storage/nfs/nfsNames";
import { NfsVolumes, type NfsVolumesArgs } from "../components/storage/nfs/nfsVolumes";
import { openEbsName } from "../components/storage/openebs/openEbsNames";
import type { OpenEbsRequest } from "../components/storage/openebs/openEbsChecks";
import { contentClaimName } from "../components/storage/claims/claims";
import { claimClass, ownClasses, ownDrivers, Storage } from "../components/storage/openebs/storage";
import { replicatedVolumes } from "../components/storage/openebs/storageClasses";
import { selectedCluster } from "./kubeconfig";
import type { ContentSettings } from "./contentSettings";
import type { Settings } from "./settings";

/** What `pulumi stack output` shows. */
export interface StackOutputs {
  /** Address at which the site answers. */
  readonly url: pulumi.Input<string>;
  readonly namespace: string;
  /** The storage class of the stack's claims, then the others that it brings. */
  readonly storageClasses: pulumi.Output<string[]>;
  /** Names of the stack's DiskPools. */
  readonly diskPools: readonly string[];
  /** Who may log in to a site that has installed itself; undefined with content per pod. */
  readonly adminUser?: string;
  /** Secret: `pulumi stack output adminPassword --show-secrets`. */
  readonly adminPassword?: pulumi.Output<string> | undefined;
}

export interface Deployed {
  readonly outputs: StackOutputs;
  /** Waits until all of it is registered and the site's pods are ready: see {@link awaitAllRollouts}. Not for a preview. */
  readonly untilReady: () => pulumi.Output<void>;
}

/** Registers the whole stack: what is checked first, then storage, database and site. */
export function deploy(settings: Settings): Deployed {
  const { namespace, dataRetention, storage, content } = settings;
  retryConflicts();
  const {
    context,
    kubeconfig,
    digest: clusterDigest,
  } = selectedCluster(settings.cluster.kubeconfig, settings.cluster.context);
  const cluster: ClusterAccess = { kubeconfig, context };
  const retain = dataRetention === "retain";
  const storageClass = claimClass(storage);
  const nfs = neededNfs(settings);
  const instance = new RandomString("instance", { length: 8, special: false, upper: false }, { protect: retain });
  const preflight = new Preflight("preflight", {
    cluster,
    request: {
      clusterDigest,
      instance: instance.result,
      namespace,
      nodePort: settings.wordpressNodePort,
      ...(settings.cluster.upsertExistingObjects ? { adopts: true } : {}),
      engine: storage.engine,
      className: storageClass,
      openEbs: openEbsRequest(settings),
      nfs: nfs !== undefined,
      claims: [
        { of: { statefulSet: "mariadb" }, sizeKey: "mariadbStorage", size: settings.mariadbStorage },
        { of: contentClaims(content), sizeKey: "wordpressStorage", size: settings.wordpressStorage },
      ],
      content: requestedContent(settings),
    },
  });
  const identity = preflight.record.apply(clusterIdentity);
  // It comes after the preflight: a refused `up` has not led it to another cluster.
  const provider = new Provider(
    "cluster",
    {
      // Without a text the SDK would put KUBECONFIG's path into the state, which nobody else has.
      kubeconfig: kubeconfig === undefined ? "" : pulumi.secret(kubeconfig),
      context: cluster.context,
      // Which cluster it is, the preflight tells by its UID. By itself the provider would take another address, CA or context
      // for another cluster, and replace everything.
      clusterIdentifier: "preflight",
      enableSecretMutable: true,
      enableConfigMapMutable: true,
      // What kubectl changed by hand belongs to kubectl, and would be a conflict at every later change.
      enablePatchForce: true,
      ...(settings.cluster.upsertExistingObjects ? { upsertExistingObjects: true } : {}),
    },
    { dependsOn: preflight },
  );
  const ground = new Storage(
    "storage",
    {
      cluster,
      storage,
      nodeSsh: settings.nodeSsh,
      instance: instance.result,
      clusterIdentity: identity,
      snapshotCrds: preflight.record.apply(({ snapshotCrds }) => snapshotCrds),
      dataRetention,
    },
    { providers: [provider], dependsOn: preflight },
  );
  const sharedVolumes =
    nfs &&
    new NfsVolumes(
      "nfs",
      {
        cluster,
        ...nfs,
        instance: instance.result,
        clusterIdentity: identity,
        nodes: preflight.record.apply(({ nodeSources }) => nodeSources),
        dataRetention,
      },
      { providers: [provider], dependsOn: ground },
    );
  const home = ownNamespace(
    "namespace",
    { namespace, instance: instance.result, level: "restricted" },
    // After the nodes are prepared: on some clusters the API server restarts with a node's kubelet.
    { provider, protect: retain, dependsOn: [preflight, ground] },
  );
  const policies = new NetworkPolicies(
    "policies",
    {
      namespace,
      policies: sitePolicies({
        egress: settings.egress,
        pageCache: content.content === "shared" && content.pageCache !== undefined,
        objectCache: content.content === "shared" && content.objectCache !== undefined,
        nameServers: preflight.record.apply(({ nameServerPorts = [] }) => nameServerRule(nameServerPorts)),
      }),
    },
    { providers: [provider], dependsOn: home },
  );
  // On the way down it deletes, between the workloads and the namespace, their claims, and waits until the volumes are really gone.
  const volumes = kubectlCommand(
    "volumes",
    {
      cluster,
      onDelete: "delete-claims",
      request: {
        namespace,
        dataRetention,
        statefulSets: ["mariadb", ...(content.content === "perPod" ? ["wordpress"] : [])],
        guard: { cluster: identity, instance: instance.result, namespaces: [namespace] },
      },
    },
    { dependsOn: [home, ground, ...(sharedVolumes ? [sharedVolumes] : [])] },
  );
  const shared = { cluster, namespace, dataRetention };
  const onError = (workload: Workload) => failureReport(`${workload.app}-${workload.kind}-failure`, cluster, workload);
  const options = { providers: [provider], dependsOn: [home, policies, volumes] };
  const database = new MariaDb(
    "mariadb",
    {
      ...shared,
      image: settings.mariadbImage,
      maxConnections: databaseConnections,
      storage: settings.mariadbStorage,
      storageClass,
      passwordRotation: settings.databasePasswordRotation,
      onError: onError(databaseWorkload(namespace)),
    },
    options,
  );
  const site = new WordPress(
    "wordpress",
    {
      ...shared,
      replicas: settings.wordpressReplicas,
      image: settings.wordpressImage,
      storage: settings.wordpressStorage,
      storageClass: contentClass(settings) ?? storageClass,
      content: siteContent(
        settings,
        preflight.record.apply(({ nodeAddresses }) => nodeAddresses),
      ),
      nodePort: settings.wordpressNodePort,
      externalTrafficPolicy: settings.externalTrafficPolicy,
      trustedProxies: settings.trustedProxies ?? [],
      keyRotation: settings.keyRotation,
      database: database.connection,
      databaseChecksum: database.checksum,
      podsAfter: database,
      onError,
    },
    options,
  );
  const formerUsers = kubectlCommand(
    "former-users",
    {
      cluster,
      onChange: "drop-previous-users",
      request: { namespace, user: database.user, checksum: database.checksum },
    },
    { dependsOn: [database, site] },
  );
  // On the way down it is deleted before all others, and stops where this is another cluster, or where the site or data on the
  // storage is not the stack's. It exists only between a complete `up` and the begin of a destroy: `volumes` and OpenEBS's leftovers
  // compare once more.
  const ownsOpenEbs = storage.engine !== "existing";
  const ownNamespaces = [namespace, ...(ownsOpenEbs ? [openEbsName] : []), ...(nfs ? [nfsName] : [])];
  const guard = kubectlCommand(
    "destroy-guard",
    {
      cluster,
      onDelete: "guard-destroy",
      request: {
        cluster: identity,
        instance: instance.result,
        namespaces: ownNamespaces,
        ...(ownsOpenEbs && {
          storage: {
            namespaces: ownNamespaces,
            drivers: [...ownDrivers(storage), ...(nfs ? [nfsDriver] : [])],
            pools: [...ground.diskPools],
          },
        }),
      },
    },
    { dependsOn: [database, site, formerUsers, volumes], aliases: [{ name: "storage-guard" }] },
  );
  const nodePortUrl = preflight.record.apply(
    ({ nodeAddress }) => `http://${urlHost(nodeAddress)}:${settings.wordpressNodePort}`,
  );
  const outputs = {
    url: (content.content === "shared" && content.siteUrl) || nodePortUrl,
    namespace,
    storageClasses: preflight.record.apply(({ storageClass: taken }) => [
      ...new Set([taken, ...broughtClasses(settings)]),
    ]),
    diskPools: ground.diskPools,
    ...(content.content === "shared" && { adminUser: content.adminUser, adminPassword: site.adminPassword }),
  };
  const rollouts = [...(sharedVolumes?.rollouts ?? []), ...site.rollouts];
  return { outputs, untilReady: () => guard.id.apply(() => awaitAllRollouts(cluster, rollouts)) };
}

/** What the volumes by NFS are made with; undefined where the site has no need of them. */
function neededNfs({
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

/** The classes that come with the stack. */
function broughtClasses(settings: Settings): string[] {
  return [...ownClasses(settings.storage), ...(neededNfs(settings) ? [nfsName, nfsServerClassName] : [])].sort();
}

function contentClaims({ content }: ContentSettings): RequestedClaims["of"] {
  return content === "shared" ? { claim: contentClaimName } : { statefulSet: "wordpress" };
}

function requestedContent(settings: Settings): RequestedContent {
  const { content } = settings;
  if (content.content === "perPod") return { content: "perPod" };
  const className = contentClass(settings);
  return {
    content: "shared",
    accessMode: content.contentAccessMode,
    className,
    classComesAlong: className !== undefined && broughtClasses(settings).includes(className),
    migrates: content.contentMigration === "merge",
  };
}

function siteContent(
  { content, wordpressNodePort, trustedProxies = [] }: Settings,
  addresses: pulumi.Output<readonly string[]>,
): SiteContent {
  if (content.content === "perPod") return { content: "perPod" };
  return {
    content: "shared",
    accessMode: content.contentAccessMode,
    migrates: content.contentMigration === "merge",
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
    addresses,
  };
}

function openEbsRequest({ storage, nodeSsh }: Settings): OpenEbsRequest | undefined {
  if (storage.engine === "existing") return undefined;
  const pools = storage.engine === "replicated" ? storage.pools : [];
  return { engine: storage.engine, pools, managesNodes: nodeSsh !== undefined };
}
