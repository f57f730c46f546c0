import * as fs from "node:fs";
import * as yaml from "yaml";

export interface Kubeconfig {
  readonly apiVersion: "v1";
  readonly kind: "Config";
  readonly "current-context"?: string | undefined;
  readonly clusters: readonly { readonly name: string; readonly cluster: object }[];
  readonly contexts: readonly { readonly name: string; readonly context: { readonly cluster: string } }[];
  readonly users: readonly { readonly name: string; readonly user: { readonly token: string } }[];
}

export interface SmallKubeconfigOptions {
  /** A number in the address of each cluster. @default 1 */
  readonly address?: number;
  /** A number in the CA of each cluster. @default the address */
  readonly authority?: number | undefined;
  /** Contexts of the file, one for each cluster. @default `small`, `renamed`, and `other` */
  readonly contexts?: readonly string[];
}

/** A kubeconfig for the small cluster, whose current context is `small`, even if the file lacks that context. */
export function smallKubeconfig(token: string, options: SmallKubeconfigOptions = {}): Kubeconfig {
  const { address = 1, authority = address, contexts = ["small", "renamed", "other"] } = options;
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "small",
    clusters: contexts.map((name) => ({ name, cluster: clusterAt(name, address, authority) })),
    contexts: contexts.map((name) => ({ name, context: { cluster: name, user: "admin" } })),
    users: [{ name: "admin", user: { token } }],
  };
}

/** Text of such a kubeconfig. */
export function kubeconfigText(token: string, options?: SmallKubeconfigOptions): string {
  return yaml.stringify(smallKubeconfig(token, options));
}

/** Merges kubeconfig files as kubectl does: the first entry of each name counts, and missing files are ignored. */
export function mergedKubeconfig(files: readonly string[]): Kubeconfig {
  const read = files
    .filter((file) => fs.existsSync(file))
    .map((file) => yaml.parse(fs.readFileSync(file, "utf8")) as Kubeconfig);
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": read.map((one) => one["current-context"]).find(Boolean),
    clusters: firstOfEachName(read.flatMap(({ clusters }) => clusters)),
    contexts: firstOfEachName(read.flatMap(({ contexts }) => contexts)),
    users: firstOfEachName(read.flatMap(({ users }) => users)),
  };
}

function firstOfEachName<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return entries.filter(({ name }, index) => entries.findIndex((one) => one.name === name) === index);
}

function clusterAt(name: string, address: number, authority: number) {
  const certificate = Buffer.from(`authority of ${name} ${authority}`).toString("base64");
  return { server: `https://${name}-${address}.example:6443`, "certificate-authority-data": certificate };
}
