import { plain, type Properties } from "../support/propertyValues";
import { loadKubeconfig } from "./kubeconfig";
import { Cluster } from "./cluster";
import { isSet, type ProviderArguments } from "./rules";

/** Arguments that an environment variable can set. */
const variables = {
  enablePatchForce: "PULUMI_K8S_ENABLE_PATCH_FORCE",
  upsertExistingObjects: "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
  enableConfigMapMutable: "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
  enableSecretMutable: "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
  deleteUnreachable: "PULUMI_K8S_DELETE_UNREACHABLE",
} as const;

/** A provider's configuration and cluster. */
export interface ProviderSettings {
  readonly arguments: ProviderArguments;
  /** Default namespace of objects. */
  readonly namespace: string;
  /** The cluster, or the reason why there is none. */
  readonly cluster: Cluster | Error;
}

/** Reads the provider's arguments. An invalid kubeconfig causes an error only when the cluster is needed. */
export function providerSettings(args: Properties): ProviderSettings {
  const given = plain(args);
  const fromEnvironment = Object.entries(variables).flatMap(([name, variable]) => {
    const value = process.env[variable];
    return value === undefined ? [] : [[name, value] as const];
  });
  const all = { ...Object.fromEntries(fromEnvironment), ...given };
  try {
    const config = loadKubeconfig(all);
    const ownNamespace = config.getContextObject(config.getCurrentContext())?.namespace;
    const namespace =
      typeof all.namespace === "string" && all.namespace !== "" ? all.namespace : (ownNamespace ?? "default");
    return { arguments: all, namespace, cluster: new Cluster(config) };
  } catch (error) {
    return { arguments: all, namespace: "default", cluster: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Whether a switch of the provider is on. */
export function isOn(settings: ProviderSettings, name: keyof typeof variables): boolean {
  return isSet(settings.arguments[name]);
}
