import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";

/** The arguments of a Kubernetes provider that select the cluster. */
interface ClusterArguments {
  /** A kubeconfig's text or path. @default the one that kubectl uses */
  readonly kubeconfig?: unknown;
  readonly context?: unknown;
  readonly cluster?: unknown;
}

/**
 * Loads the kubeconfig and selects the arguments' context.
 * @throws Error if it is missing or invalid, or lacks that context
 */
export function loadKubeconfig({ kubeconfig, context, cluster }: ClusterArguments): KubeConfig {
  const config = new KubeConfig();
  if (typeof kubeconfig !== "string" || kubeconfig === "") config.loadFromDefault();
  else if (isFile(kubeconfig)) config.loadFromFile(expandHome(kubeconfig));
  else config.loadFromString(kubeconfig);
  if (typeof context === "string" && context !== "") config.setCurrentContext(context);
  const current = config.getContextObject(config.getCurrentContext());
  if (!current) throw new Error(`context "${config.getCurrentContext()}" does not exist`);
  if (typeof cluster === "string" && cluster !== "") {
    config.contexts = config.contexts.map((entry) => (entry === current ? { ...current, cluster } : entry));
  }
  return config;
}

/**
 * The kubeconfig's entry of the cluster that the arguments select; undefined if it cannot be determined.
 * @throws Error, as the official provider does, if the kubeconfig is neither a text nor the path of a file
 */
export function activeCluster({ kubeconfig, context, cluster }: ClusterArguments): unknown {
  if (typeof kubeconfig !== "string" || kubeconfig === "") return undefined;
  if (!isFile(kubeconfig) && !isObjectText(kubeconfig)) {
    throw new Error(
      "failed to parse kubeconfig: couldn't get version/kind; json parse error: json: cannot unmarshal string",
    );
  }
  try {
    return loadKubeconfig({ kubeconfig, context, cluster }).getCurrentCluster() ?? undefined;
  } catch {
    return undefined;
  }
}

function isObjectText(text: string): boolean {
  try {
    return typeof parse(text) === "object";
  } catch {
    return false;
  }
}

function isFile(kubeconfig: string): boolean {
  return !kubeconfig.includes("\n") && fs.existsSync(expandHome(kubeconfig));
}

function expandHome(file: string): string {
  return file.startsWith("~/") ? path.join(os.homedir(), file.slice(1)) : file;
}
