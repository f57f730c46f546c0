import { Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1";
import type * as pulumi from "@pulumi/pulumi";
import { labels } from "../kubernetes/labels";
import type { SiteConfig } from "./keys";
import { Salts } from "./salts";

type Labels = Readonly<Record<string, string>>;

/** Metadata of the objects that are named `wordpress`. */
export function siteMetadata(namespace: string) {
  return { name: "wordpress", namespace, labels: labels("wordpress") };
}

/** Creates the Secret with the salts of all pods. */
export function createSalts(
  name: string,
  { namespace, keyRotation, dataRetention }: SiteConfig,
  options: pulumi.ComponentResourceOptions,
): Salts {
  return new Salts(`${name}-keys`, { namespace, rotation: keyRotation, protect: dataRetention === "retain" }, options);
}

/** Creates the ServiceAccount of the site's pods, which has no token. */
export function createAccount(name: string, namespace: string, options: pulumi.CustomResourceOptions): ServiceAccount {
  return new ServiceAccount(
    `${name}-account`,
    { metadata: siteMetadata(namespace), automountServiceAccountToken: false },
    options,
  );
}

/**
 * Creates the PodDisruptionBudget of the site's pods. It limits the unavailable pods: a budget that required available pods would
 * block the drain of a node with the only pod.
 */
export function createBudget(
  name: string,
  {
    namespace,
    selector,
    maxUnavailable,
  }: { readonly namespace: string; readonly selector: Labels; readonly maxUnavailable: number | string },
  options: pulumi.CustomResourceOptions,
): PodDisruptionBudget {
  return new PodDisruptionBudget(
    `${name}-budget`,
    { metadata: siteMetadata(namespace), spec: { maxUnavailable, selector: { matchLabels: selector } } },
    options,
  );
}

/** Creates the NodePort Service `wordpress`. `selector` selects the pods that visitors connect to. */
export function createService(
  name: string,
  { namespace, wordpressNodePort, externalTrafficPolicy }: SiteConfig,
  selector: Labels,
  options: pulumi.CustomResourceOptions,
): Service {
  return new Service(
    `${name}-service`,
    {
      // Pulumi waits for the workload. Waiting for the Service's endpoints too would take 10 s more and prove nothing more.
      metadata: { ...siteMetadata(namespace), annotations: { "pulumi.com/skipAwait": "true" } },
      spec: {
        type: "NodePort",
        externalTrafficPolicy,
        ports: [{ name: "http", port: 80, targetPort: "http", nodePort: wordpressNodePort }],
        selector,
      },
    },
    options,
  );
}
