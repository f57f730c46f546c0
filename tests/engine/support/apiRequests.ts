import type { ApiRequest } from "../../support/sitePermissions";
import type { KubectlCall } from "./kubectlCall";

const groups: Readonly<Record<string, string>> = {
  statefulsets: "apps",
  deployments: "apps",
  jobs: "batch",
  storageclasses: "storage.k8s.io",
  csinodes: "storage.k8s.io",
};

/** Cluster-scoped resources. */
const clusterResources = ["csinodes", "namespaces", "nodes", "persistentvolumes", "storageclasses"];

/**
 * The API requests of a kubectl call, as of kubectl 1.37: it gets an object before it patches it, and a pod before it runs a
 * command in it or reads its log. @throws Error for an unknown call
 */
export function apiRequests({ verb, words, flags }: KubectlCall): ApiRequest[] {
  const [kind = "", name] = words;
  const request = (resource: string, ...verbs: readonly string[]): ApiRequest[] => {
    const namespace = clusterResources.includes(resource) ? undefined : flags.namespace;
    const group = groups[resource];
    return verbs.map((each) => ({
      ...{ verb: each, resource: group === undefined ? resource : `${resource}.${group}` },
      ...(namespace === undefined ? {} : { namespace }),
    }));
  };
  const plural = (kind.endsWith("s") ? kind : `${kind}s`).split(".")[0] ?? "";
  switch (verb) {
    case "config":
      return [];
    case "get":
      return request(plural, name === undefined ? "list" : "get");
    case "exec":
      return [...request("pods", "get"), ...request("pods/exec", "get", "create")];
    case "logs":
      return [
        ...(kind.startsWith("job/") ? [...request("jobs", "get"), ...request("pods", "list")] : request("pods", "get")),
        ...request("pods/log", "get"),
      ];
    case "patch":
    case "annotate":
      return request(plural, "get", "patch");
    case "delete":
      return request(plural, ...(name === undefined ? ["list"] : []), "delete");
    default:
      throw new Error(`the API requests are not known: ${verb} ${words.join(" ")}`);
  }
}
