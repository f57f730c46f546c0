import { Provider } from "@pulumi/kubernetes";
import { Namespace } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomString } from "@pulumi/random";
import { type ClusterAccess, isKubeconfigText } from "../components/cluster/clusterAccess";
import type { Workload } from "../components/cluster/diagnosis";
import { failureReport } from "../components/cluster/failureReport";
import { kubectlCommand } from "../components/cluster/kubectlCommand";
import { Preflight } from "../components/cluster/preflight";
import type { RequestedClaims, RequestedContent } from "../components/cluster/preflightChecks";
import { instanceAnnotation } from "../components/cluster/ownership";
import { MariaDb } from "../components/database/mariaDb";
import { stackLabels } from "../components/labels";
import { type SiteContent, WordPress } from "../components/site/wordPress";
import { openEbsName } from "../components/storage/openEbsNames";
import type { OpenEbsRequest } from "../components/storage/openEbsFindings";
import { contentClaimName } from "../components/storage/claims";
import { claimClass, ownClasses, Storage } from "../components/storage/storage";
import { clusterDigest, currentContext } from "./kubeconfig";
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

/** Registers the whole stack: what is checked first, then storage, database and site. */
export function deploy(settings: Settings): StackOutputs {
  const { namespace, dataRetention, storage, content } = settings;
  const { kubeconfig } = settings.cluster;
  const cluster: ClusterAccess = { kubeconfig, context: settings.cluster.context ?? currentContext(kubeconfig) };
  const retain = dataRetention === "retain";
  const storageClass = claimClass(storage);
  const provider = new Provider("cluster", {
    kubeconfig: secretText(kubeconfig),
    context: cluster.context,
    enableSecretMutable: true,
    enableConfigMapMutable: true,
    ...(settings.cluster.upsertExistingObjects ? { upsertExistingObjects: true } : {}),
  });
  const instance = new RandomString("instance", { length: 8, special: false, upper: false }, { protect: retain });
  const preflight = new Preflight("preflight", {
    cluster,
    request: {
      clusterDigest: clusterDigest(cluster),
      instance: instance.result,
      namespace,
      nodePort: settings.wordpressNodePort,
      engine: storage.engine,
      className: storageClass,
      openEbs: openEbsRequest(settings),
      claims: [
        { of: { statefulSet: "mariadb" }, sizeKey: "mariadbStorage", size: settings.mariadbStorage },
        { of: contentClaims(content), sizeKey: "wordpressStorage", size: settings.wordpressStorage },
      ],
      content: requestedContent(settings),
    },
  });
  const ground = new Storage(
    "storage",
    {
      cluster,
      storage,
      nodeSsh: settings.nodeSsh,
      instance: instance.result,
      snapshotCrds: preflight.record.apply(({ snapshotCrds }) => snapshotCrds),
      dataRetention,
    },
    { providers: [provider], dependsOn: preflight },
  );
  const home = new Namespace(
    "namespace",
    {
      metadata: {
        name: namespace,
        labels: stackLabels,
        annotations: { [instanceAnnotation]: instance.result },
      },
    },
    { provider, protect: retain, dependsOn: preflight },
  );
  // On the way down it waits, between the workloads and the namespace, until their volumes are really gone.
  const volumes = kubectlCommand(
    "volumes",
    { cluster, onDelete: "components/storage/volumeReleaseCommand.ts", request: { namespace, dataRetention } },
    { dependsOn: [home, ground] },
  );
  const shared = { cluster, namespace, dataRetention };
  const onError = (workload: Workload) => failureReport(`${workload.app}-${workload.kind}-failure`, cluster, workload);
  const options = { providers: [provider], dependsOn: [home, volumes] };
  const database = new MariaDb(
    "mariadb",
    {
      ...shared,
      image: settings.mariadbImage,
      storage: settings.mariadbStorage,
      storageClass,
      onError: onError({ namespace, kind: "StatefulSet", app: "mariadb" }),
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
      storageClass: contentClass(content, storageClass),
      content: siteContent(
        settings,
        preflight.record.apply(({ nodeAddresses }) => nodeAddresses),
      ),
      nodePort: settings.wordpressNodePort,
      keyRotation: settings.keyRotation,
      database: database.connection,
      podsAfter: database,
      onError,
    },
    options,
  );
  if (storage.engine !== "existing") {
    // On the way down it comes before all others, and stops where somebody else's data would go along.
    kubectlCommand(
      "storage-guard",
      {
        cluster,
        onDelete: "components/storage/foreignVolumesCommand.ts",
        request: { namespace, openEbs: openEbsName, classes: ownClasses(storage), pools: [...ground.diskPools] },
      },
      { dependsOn: [database, site, volumes] },
    );
  }
  const nodePortUrl = preflight.record.apply(
    ({ nodeAddress }) => `http://${nodeAddress}:${settings.wordpressNodePort}`,
  );
  return {
    url: (content.content === "shared" && content.siteUrl) || nodePortUrl,
    namespace,
    storageClasses: preflight.record.apply(({ storageClass: taken }) => [...new Set([taken, ...ownClasses(storage)])]),
    diskPools: ground.diskPools,
    ...(content.content === "shared" && { adminUser: content.adminUser, adminPassword: site.adminPassword }),
  };
}

/** The class of the site's claims: with shared content the one that is named for it. */
function contentClass(content: ContentSettings, storageClass: string | undefined): string | undefined {
  return (content.content === "shared" ? content.contentStorageClass : undefined) ?? storageClass;
}

function contentClaims({ content }: ContentSettings): RequestedClaims["of"] {
  return content === "shared" ? { claim: contentClaimName } : { statefulSet: "wordpress" };
}

function requestedContent({ content, storage }: Settings): RequestedContent {
  if (content.content === "perPod") return { content: "perPod" };
  const { contentStorageClass: named = "", contentAccessMode, contentMigration } = content;
  // A class that comes with the stack is not there yet, and need not be looked for.
  const isLookedFor = named !== "" && !ownClasses(storage).includes(named);
  return {
    content: "shared",
    accessMode: contentAccessMode,
    className: isLookedFor ? named : undefined,
    migrates: contentMigration === "merge",
  };
}

function siteContent(
  { content, wordpressNodePort }: Settings,
  addresses: pulumi.Output<readonly string[]>,
): SiteContent {
  if (content.content === "perPod") return { content: "perPod" };
  return {
    content: "shared",
    accessMode: content.contentAccessMode,
    migrates: content.contentMigration === "merge",
    settings: { ...content, siteHosts: content.siteHosts ?? [], nodePort: wordpressNodePort },
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
  return { engine: storage.engine, pools, prepares: nodeSsh !== undefined };
}

/** A kubeconfig's text is a secret; its path is not. */
function secretText(kubeconfig: string | undefined): pulumi.Input<string> | undefined {
  return kubeconfig !== undefined && isKubeconfigText(kubeconfig) ? pulumi.secret(kubeconfig) : kubeconfig;
}
