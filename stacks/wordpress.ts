import type * as pulumi from "@pulumi/pulumi";
import { RandomString } from "@pulumi/random";
import { retryConflicts } from "../components/diagnostics/conflictRetry";
import { failureReport } from "../components/diagnostics/failureReport";
import { awaitAllRollouts } from "../components/diagnostics/rollout";
import type { Workload } from "../components/diagnostics/workload";
import { clusterIdentity } from "../components/kubectl/destroyGuard";
import { ownNamespace } from "../components/kubernetes/namespace";
import { NetworkPolicies } from "../components/kubernetes/networkPolicies";
import { MariaDb } from "../components/mariadb/mariaDb";
import { previousUsersCommand } from "../components/mariadb/previousUsers";
import { Preflight } from "../components/preflight/preflight";
import { NfsVolumes } from "../components/storage/nfs/nfsVolumes";
import { claimClass, Storage } from "../components/storage/openebs/storage";
import { databaseConnections } from "../components/wordpress/apache";
import { type CoreUpdate, reportCoreUpdate } from "../components/wordpress/coreUpdate";
import { PerPodWordPress } from "../components/wordpress/perPodWordPress";
import { SharedWordPress } from "../components/wordpress/sharedWordPress";
import { clusterProvider } from "./clusterProvider";
import type { Config } from "./config/tree";
import { selectedCluster } from "./kubeconfig";
import { deleteClaimsOnDestroy, destroyGuard } from "./onDestroy";
import { type StackOutputs, stackOutputs } from "./outputs";
import { contentClass, neededNfs, preflightRequest, stackPolicies } from "./requests";

export interface Deployed {
  readonly outputs: StackOutputs;
  /** Waits until everything is registered and the site's pods are ready: see {@link awaitAllRollouts}. Not for a preview. */
  readonly untilReady: () => pulumi.Output<void>;
  /** Reads the output of that name; null with `content: perPod`. Not for a preview. A failed `up` lacks all outputs that wait for its end. */
  readonly wordpressUpdate: () => pulumi.Output<CoreUpdate | null>;
}

/** Registers the whole stack: the preflight, then storage, database and site. */
export function deploy(config: Config): Deployed {
  retryConflicts();
  const { namespace, dataRetention } = config;
  const protect = dataRetention === "retain";
  const selected = selectedCluster(config["kubernetes:kubeconfig"], config["kubernetes:context"]);
  const { digest: clusterDigest, ...cluster } = selected;
  const { result: instance } = new RandomString("instance", { length: 8, special: false, upper: false }, { protect });
  const request = preflightRequest(config, { clusterDigest, instance });
  const preflight = new Preflight("preflight", { cluster, request });
  const { result } = preflight;
  const provider = clusterProvider(cluster, config["kubernetes:upsertExistingObjects"], preflight);
  const providers = [provider];
  const owner = { cluster, instance, clusterIdentity: result.apply(clusterIdentity), dataRetention };
  const storage = new Storage(
    "storage",
    { ...owner, config, snapshotCrds: result.apply(({ snapshotCrds }) => snapshotCrds) },
    { providers, dependsOn: preflight },
  );
  const nfs = neededNfs(config);
  const nodes = result.apply(({ nodeSources }) => nodeSources);
  const nfsVolumes = nfs && new NfsVolumes("nfs", { ...owner, ...nfs, nodes }, { providers, dependsOn: storage });
  const ownedNamespace = ownNamespace(
    "namespace",
    { namespace, instance, level: "restricted" },
    // After the preparation of the nodes: on some clusters the API server restarts with a node's kubelet.
    { provider, protect, dependsOn: [preflight, storage] },
  );
  const policies = new NetworkPolicies(
    "policies",
    { namespace, policies: stackPolicies(config, result) },
    { providers, dependsOn: ownedNamespace },
  );
  const claims = deleteClaimsOnDestroy(config, owner, [ownedNamespace, storage, ...(nfsVolumes ? [nfsVolumes] : [])]);
  const onError = (workload: Workload) => failureReport(`${workload.app}-${workload.kind}-failure`, cluster, workload);
  const options = { providers, dependsOn: [ownedNamespace, policies, claims] };
  const common = { cluster, config, onError, storageClass: claimClass(config.storage) };
  const database = new MariaDb("mariadb", { ...common, maxConnections: databaseConnections }, options);
  const siteArgs = {
    ...common,
    storageClass: contentClass(config) ?? common.storageClass,
    database: database.connection,
    databaseChecksum: database.checksum,
    podsDependOn: database,
  };
  const addresses = result.apply(({ nodeAddresses }) => nodeAddresses);
  const site =
    config.content === "shared"
      ? new SharedWordPress("wordpress", { ...siteArgs, addresses }, options)
      : new PerPodWordPress("wordpress", siteArgs, options);
  const previousUsers = previousUsersCommand({ cluster, namespace, database }, [site]);
  const { diskPools } = storage;
  const guard = destroyGuard(config, { ...owner, diskPools }, [database, site, previousUsers, claims]);
  const { wordpressImage: image } = config;
  const perPod = config.content === "perPod";
  const rollouts = [...(nfsVolumes?.rollouts ?? []), ...site.rollouts];
  return {
    outputs: stackOutputs(config, { preflightResult: result, diskPools, adminPassword: site.adminPassword }),
    untilReady: () => guard.id.apply(() => awaitAllRollouts(cluster, rollouts)),
    wordpressUpdate: () => result.apply(async () => (perPod ? null : reportCoreUpdate(cluster, namespace, image))),
  };
}
