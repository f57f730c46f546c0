import { signal } from "../../../lab/cluster/endProcesses";
import { type ProcessEntry, readProcesses } from "../../../lab/cluster/processTable";
import type { LabSite } from "../../e2e/support/labSite";
import { type SitePod, sitePods } from "../../e2e/support/sharedSite";
import { isFailedCommand } from "../../support/until";

/** The database's pod. */
export function databasePod({ cluster, namespace }: LabSite): Promise<SitePod> {
  return cluster.json<SitePod>("get", "pod", "mariadb-0", "--namespace", namespace);
}

/** Waits until both workloads have all their pods ready. */
export async function allReady({ cluster, namespace }: LabSite): Promise<void> {
  for (const workload of ["statefulset/mariadb", "deployment/wordpress"]) {
    await cluster.kubectl("--namespace", namespace, "rollout", "status", workload, "--timeout=510s");
  }
}

/** Waits until no WordPress pod is terminating: until then it may still get requests. */
export async function oldPodsGone(site: LabSite): Promise<void> {
  const all = () =>
    site.cluster.kubectl("--namespace", site.namespace, "get", "pods", "--selector=app=wordpress", "--output=name");
  await site.cluster.until("the old pods have terminated", 60, async () => {
    const names = (await all()).trim().split("\n");
    return names.length === (await sitePods(site)).length;
  });
}

/**
 * Kills processes of a pod from the machine, and waits until the cluster has noticed and all pods are ready again. From inside a container,
 * its first process cannot be killed.
 * @param isMeant selects the processes. @default all, including the one that holds the pod's network
 */
export async function kill(
  site: LabSite,
  pod: SitePod,
  isMeant: (entry: ProcessEntry) => boolean = () => true,
): Promise<void> {
  await untilRestarted(site, [pod], () => {
    const found = processesOf(pod).filter(isMeant);
    if (found.length === 0) throw new Error(`no process to kill in ${pod.metadata.name}`);
    found.forEach(({ pid }) => signal(pid, "SIGKILL"));
    return Promise.resolve();
  });
}

/** The processes of a pod in the machine's PID namespace. */
export function processesOf({ metadata: { uid } }: SitePod): ProcessEntry[] {
  return readProcesses().filter(({ cgroups }) => cgroups.some((group) => group.includes(`/pod${uid}/`)));
}

/** Runs `work`, which ends the pods' containers. Waits until they have restarted, or the pods are deleted, and all pods are ready. */
export async function untilRestarted(
  site: LabSite,
  pods: readonly SitePod[],
  work: () => Promise<void>,
): Promise<void> {
  await work();
  const haveRestarted = async () => {
    const now = [...(await sitePods(site)), await databasePod(site)];
    return pods.every(({ metadata: { uid }, status }) => {
      const same = now.find((pod) => pod.metadata.uid === uid);
      return same === undefined || restarts(same) > restarts({ status });
    });
  };
  // Between the database's pod and its replacement, no pod exists.
  await site.cluster.until("the containers have been started again", 120, haveRestarted, isFailedCommand);
  await allReady(site);
}

/** Deletes a pod as a user does, and waits until its replacement is ready. */
export async function deletePod(site: LabSite, { metadata }: SitePod): Promise<void> {
  await site.cluster.kubectl("--namespace", site.namespace, "delete", "pod", metadata.name);
  await allReady(site);
}

function restarts({ status }: Pick<SitePod, "status">): number {
  return (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}
