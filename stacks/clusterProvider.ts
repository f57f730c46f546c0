import { Provider } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../components/kubectl/clusterAccess";

/** The one provider of all objects. It depends on the preflight, so that an `up` that is refused never configures it. */
export function clusterProvider(
  { kubeconfig, context }: ClusterAccess,
  upsertExistingObjects: boolean,
  preflight: pulumi.Resource,
): Provider {
  return new Provider(
    "cluster",
    {
      // Undefined would let the SDK put KUBECONFIG's path into the state, and other machines do not have that path.
      kubeconfig: kubeconfig === undefined ? "" : pulumi.secret(kubeconfig),
      context,
      // The preflight identifies the cluster by its UID. By default the provider takes another address, CA or context for
      // another cluster, and replaces everything.
      clusterIdentifier: "preflight",
      enableSecretMutable: true,
      enableConfigMapMutable: true,
      // Fields that were changed by kubectl are owned by kubectl, and would conflict with every later change.
      enablePatchForce: true,
      ...(upsertExistingObjects ? { upsertExistingObjects: true } : {}),
    },
    { dependsOn: preflight },
  );
}
