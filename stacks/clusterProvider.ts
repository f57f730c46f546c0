import { Provider } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../components/kubectl/clusterAccess";

/** The one provider of all objects. It comes after the preflight: a refused `up` has not led it to another cluster. */
export function clusterProvider(
  { kubeconfig, context }: ClusterAccess,
  upsertExistingObjects: boolean,
  preflight: pulumi.Resource,
): Provider {
  return new Provider(
    "cluster",
    {
      // Without a text the SDK would put KUBECONFIG's path into the state, which nobody else has.
      kubeconfig: kubeconfig === undefined ? "" : pulumi.secret(kubeconfig),
      context,
      // Which cluster it is, the preflight tells by its UID. By itself the provider would take another address, CA or context
      // for another cluster, and replace everything.
      clusterIdentifier: "preflight",
      enableSecretMutable: true,
      enableConfigMapMutable: true,
      // What kubectl changed by hand belongs to kubectl, and would be a conflict at every later change.
      enablePatchForce: true,
      ...(upsertExistingObjects ? { upsertExistingObjects: true } : {}),
    },
    { dependsOn: preflight },
  );
}
