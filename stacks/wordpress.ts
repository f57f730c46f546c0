import type * as pulumi from "@pulumi/pulumi";
import { RandomString } from "@pulumi/random";
import { retryConflicts } from "../components/diagnostics/conflictRetry";
import { failureReport } from "../components/diagnostics/failureReport";
import { awaitAllRollouts } from "../components/diagnostics/rollout";
import type { Workload } from "../components/diagnostics/workload";
import { clusterIdentity } from "../components/kubectl/destroyGuard";
import { kubectlCommand } from "../components/kubectl/scriptResource";
import { ownNamespace } from "../components/kubernetes/namespace";
import { NetworkPolicies } from "../components/kubernetes/networkPolicies";
import { MariaDb } from "../components/mariadb/mariaDb";
import { Preflight } from "../components/preflight/preflight";
import { NfsVolumes } from "../components/storage/nfs/nfsVolumes";
import { Storage } from "../components/storage/openebs/storage";
import { PerPodWordPress } from "../components/wordpress/perPodWordPress";
import { SharedWordPress } from "../components/wordpress/sharedWordPress";
import { clusterProvider } from "./clusterProvider";

import { selectedCluster } from "./kubeconfig";
import { claimDeletion, destroyGuard } from "./onDestroy";
import { type StackOutputs, stackOutputs } from "./outputs";
import { databaseArgs, neededNfs, preflightRequest, sharedContentArgs, siteArgs, stackPolicies } from "./requests";
import type { Config } from "./config/tree";

export interface Deployed {
  readonly outputs: StackOutputs;
  /** Waits until all of it is registered and the site's pods are ready: see {@link awaitAllRollouts}. Not for a preview. */
  readonly untilReady: () => pulumi.Output<void>;
}

/** Registers the whole stack: what is checked first, then storage, database and site. */
export function deploy(config: Config): Deployed {
  retryConflicts();
  const { namespace, dataRetention } = config;
  const protect = dataRetention === "retain";
  const { digest: clusterDigest, ...cluster } = selectedCluster(
    config["kubernetes:kubeconfig"],
    config["kubernetes:context"],
  );
  const { result: instance } = new RandomString("instance", { length: 8, special: false, upper: false }, { protect });
  const request = preflightRequest(config, { clusterDigest, instance });
  const preflight = new Preflight("preflight", { cluster, request });
  const { result: preflightResult } = preflight;
  const provider = clusterProvider(cluster, config["kubernetes:upsertExistingObjects"], preflight);
  const owner = { cluster, instance, clusterIdentity: preflightResult.apply(clusterIdentity), dataRetention };
  const storage = new Storage(
    "storage",
    {
      ...owner,
      config,
      snapshotCrds: preflightResult.apply(({ snapshotCrds }) => snapshotCrds),
    },
    { providers: [provider], dependsOn: preflight },
  );
  const nfs = neededNfs(config);
  const nfsVolumes =
    nfs &&
    new NfsVolumes(
      "nfs",
      { ...owner, ...nfs, nodes: preflightResult.apply(({ nodeSources }) => nodeSources) },
      { providers: [provider], dependsOn: storage },
    );
  const home = ownNamespace(
    "namespace",
    { namespace, instance, level: "restricted" },
    // After the nodes are prepared: on some clusters the API server restarts with a node's kubelet.
    { provider, protect, dependsOn: [preflight, storage] },
  );
  const policies = new NetworkPolicies(
    "policies",
    { namespace, policies: stackPolicies(config, preflightResult) },
    { providers: [provider], dependsOn: home },
  );
  const claims = claimDeletion(config, owner, [home, storage, ...(nfsVolumes ? [nfsVolumes] : [])]);
  const onError = (workload: Workload) => failureReport(`${workload.app}-${workload.kind}-failure`, cluster, workload);
  const options = { providers: [provider], dependsOn: [home, policies, claims] };
  const database = new MariaDb("mariadb", databaseArgs(config, cluster, onError), options);
  const common = siteArgs(config, { cluster, database, onError });
  const shared = sharedContentArgs(config, preflightResult);
  const site = shared
    ? new SharedWordPress("wordpress", { ...common, ...shared }, options)
    : new PerPodWordPress("wordpress", common, options);
  const previousUsers = kubectlCommand(
    "former-users",
    {
      cluster,
      onChange: "drop-previous-users",
      request: { namespace, user: database.user, checksum: database.checksum },
    },
    { dependsOn: [database, site] },
  );
  const { diskPools } = storage;
  const guard = destroyGuard(config, { ...owner, diskPools }, [database, site, previousUsers, claims]);
  const rollouts = [...(nfsVolumes?.rollouts ?? []), ...site.rollouts];
  return {
    outputs: stackOutputs(config, { preflightResult, diskPools, adminPassword: site.adminPassword }),
    untilReady: () => guard.id.apply(() => awaitAllRollouts(cluster, rollouts)),
  };
}
