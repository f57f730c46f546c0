import { commandCluster, UserError } from "./scriptRuntime";
import { KubectlError, type Kubectl } from "./client";
import type { Namespace } from "../kubernetes/objects";
import { instanceAnnotation } from "../kubernetes/ownership";

/** Identifies the cluster that a stack is deployed to. */
export interface ClusterIdentity {
  readonly context: string;
  readonly server: string;
  /** UID of the namespace kube-system, which is constant for the lifetime of a cluster. */
  readonly cluster: string;
}

/** What the destroy guard compares before a script deletes anything. The state of a stack holds it: keep the names of the fields. */
export interface DestroyGuardRequest {
  readonly cluster: ClusterIdentity;
  /** Value of {@link instanceAnnotation} on the stack's namespaces. */
  readonly instance: string;
  /** Namespaces whose objects are deleted. */
  readonly namespaces: readonly string[];
}

/** The part that all requests of deleting scripts have in common. */
export interface GuardedRequest {
  /** @default nothing is compared: states of earlier versions of this program have no guard */
  readonly guard?: DestroyGuardRequest | undefined;
}

/** The cluster that the guard runs on. */
export interface GuardedCluster {
  readonly context: string;
  /** Whether its credentials are kept in the stack's state. */
  readonly hasOwnKubeconfig: boolean;
}

export function clusterIdentity({ context, server, cluster }: ClusterIdentity): ClusterIdentity {
  return { context, server, cluster };
}

const again = "then run again: pulumi destroy";
const forget = "If that cluster no longer exists, forget the stack: pulumi stack rm --force";

/**
 * Compares cluster and namespaces at the start of a script that deletes objects.
 * @param unchanged first sentence of the message, such as `No claim was deleted.`
 * @throws UserError if this is another cluster or another stack's namespace, or if the cluster cannot be read
 */
export async function assertOwnCluster(
  kubectl: Pick<Kubectl, "list">,
  { guard }: GuardedRequest,
  unchanged: string,
): Promise<void> {
  const refusal = guard && (await commandRefusal(kubectl, guard));
  if (refusal !== undefined) throw new UserError(`${unchanged} ${refusal}`);
}

/** {@link destroyRefusal} on the cluster that was passed to this script. */
export async function commandRefusal(
  kubectl: Pick<Kubectl, "list">,
  guard: DestroyGuardRequest,
): Promise<string | undefined> {
  const { kubeconfig, context } = commandCluster();
  return destroyRefusal(kubectl, guard, { context, hasOwnKubeconfig: kubeconfig !== undefined });
}

/** Explains why nothing may be deleted; undefined if the cluster and the namespaces are the stack's own. */
export async function destroyRefusal(
  kubectl: Pick<Kubectl, "list">,
  { cluster, instance, namespaces }: DestroyGuardRequest,
  { context, hasOwnKubeconfig }: GuardedCluster,
): Promise<string | undefined> {
  const own = `"${cluster.context}" (${cluster.server})`;
  let found: readonly Namespace[];
  try {
    found = await kubectl.list<Namespace>("namespaces");
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return unreadable(error.message, { own, context, hasOwnKubeconfig });
  }
  const uid = found.find(({ metadata }) => metadata.name === "kube-system")?.metadata.uid;
  if (uid !== cluster.cluster) {
    const goBack = hasOwnKubeconfig
      ? "Set kubernetes:kubeconfig to one that leads to it, then: pulumi up"
      : "Set KUBECONFIG to its kubeconfig";
    return (
      `The context "${context}" leads to another cluster than the one this stack is on: ${own}, whose namespace ` +
      `kube-system has the UID ${cluster.cluster}; here it is ${uid}.\n${goBack}, ${again}\n${forget}`
    );
  }
  const ofOthers = found
    .filter(({ metadata }) => namespaces.includes(metadata.name))
    .filter(({ metadata }) => metadata.annotations?.[instanceAnnotation] !== instance)
    .map(({ metadata }) => metadata.name);
  if (ofOthers.length === 0) return undefined;
  return (
    `On ${own} ${ofOthers.map((name) => `the namespace ${name} is not this stack's`).join(", and ")}: the annotation ` +
    `${instanceAnnotation} is another stack's, or missing.\nInspect: kubectl --context ${context} get namespace ${ofOthers[0]} --output yaml\n` +
    "If this stack's own namespace no longer exists, forget the stack: pulumi stack rm --force"
  );
}

function unreadable(
  words: string,
  { own, context, hasOwnKubeconfig }: GuardedCluster & { readonly own: string },
): string {
  const reason = words.split("\n").at(-1) ?? "";
  if (/unauthorized|must be logged in|provide credentials/i.test(words)) {
    const remedy = hasOwnKubeconfig
      ? "`pulumi destroy` uses those of the last `pulumi up`. Set new ones in kubernetes:kubeconfig, then: pulumi up"
      : "Log in again, so that `kubectl get namespaces` works";
    return `The cluster ${own} does not accept the credentials anymore: ${reason}\n${remedy}, ${again}`;
  }
  return (
    `The cluster of the context "${context}" could not be read, to compare it with this stack's cluster, ${own}: ${reason}\n` +
    `Make sure that \`kubectl --context ${context} get namespaces\` works, ${again}\n${forget}`
  );
}
