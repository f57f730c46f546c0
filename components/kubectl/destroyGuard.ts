import { commandCluster, UserError } from "./scriptRuntime";
import { KubectlError, type Kubectl } from "./client";
import type { Namespace } from "../kubernetes/objects";
import { instanceAnnotation } from "../kubernetes/ownership";

/** The cluster that a stack is on. */
export interface ClusterIdentity {
  readonly context: string;
  readonly server: string;
  /** UID of the namespace kube-system, which stays the same for a cluster's life. */
  readonly cluster: string;
}

/** What is compared before a script deletes anything. */
export interface DestroyGuardRequest {
  readonly cluster: ClusterIdentity;
  /** What {@link instanceAnnotation} says on the stack's namespaces. */
  readonly instance: string;
  /** Namespaces whose objects are deleted. */
  readonly namespaces: readonly string[];
}

/** The request of a script that deletes objects of the stack, besides what else it is asked for. */
export interface GuardedRequest {
  /** @default nothing is compared, as in the state of a stack that an earlier version of this program deployed */
  readonly guard?: DestroyGuardRequest | undefined;
}

/** The cluster that the guard was given. */
export interface GuardedCluster {
  readonly context: string;
  /** Whether its credentials are in the stack's state. */
  readonly hasOwnKubeconfig: boolean;
}

export function clusterIdentity({ context, server, cluster }: ClusterIdentity): ClusterIdentity {
  return { context, server, cluster };
}

const again = "then again: pulumi destroy";
const forget = "If that cluster no longer exists, forget the stack: pulumi stack rm --force";

/**
 * Compares cluster and namespaces at the start of a script that deletes objects.
 * @param unchanged what the script leaves alone, such as `No claim was deleted.`
 * @throws UserError where this is another cluster or another stack's namespace, or where neither can be read
 */
export async function assertOwnCluster(
  kubectl: Pick<Kubectl, "list">,
  { guard }: GuardedRequest,
  unchanged: string,
): Promise<void> {
  const refusal = guard && (await commandRefusal(kubectl, guard));
  if (refusal !== undefined) throw new UserError(`${unchanged} ${refusal}`);
}

/** {@link destroyRefusal} on the cluster that this process is given. */
export async function commandRefusal(
  kubectl: Pick<Kubectl, "list">,
  guard: DestroyGuardRequest,
): Promise<string | undefined> {
  const { kubeconfig, context } = commandCluster();
  return destroyRefusal(kubectl, guard, { context, hasOwnKubeconfig: kubeconfig !== undefined });
}

/** Why nothing may be deleted, in words; undefined where this is the stack's own cluster, and its own site. */
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
      : "Name its kubeconfig in KUBECONFIG";
    return (
      `The context "${context}" leads to another cluster than the one this stack is on: ${own}, whose namespace ` +
      `kube-system has the UID ${cluster.cluster}; here it is ${uid}.\n${goBack}, ${again}\n${forget}`
    );
  }
  const foreign = found
    .filter(({ metadata }) => namespaces.includes(metadata.name))
    .filter(({ metadata }) => metadata.annotations?.[instanceAnnotation] !== instance)
    .map(({ metadata }) => metadata.name);
  if (foreign.length === 0) return undefined;
  return (
    `On ${own} ${foreign.map((name) => `the namespace ${name} is not this stack's`).join(", and ")}: the annotation ` +
    `${instanceAnnotation} is another stack's, or missing.\nLook: kubectl --context ${context} get namespace ${foreign[0]} --output yaml\n` +
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
      : "Log in again, so that `kubectl get namespaces` answers";
    return `The cluster ${own} does not accept the credentials any more: ${reason}\n${remedy}, ${again}`;
  }
  return (
    `Whether the context "${context}" leads to this stack's cluster, ${own}, could not be read: ${reason}\n` +
    `See that \`kubectl --context ${context} get namespaces\` answers, ${again}\n${forget}`
  );
}
