import { execFileSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterAccess, expandHome, isKubeconfigText } from "../components/cluster/clusterAccess";
import { digest } from "../components/digest";
import { configSet } from "../components/validation";

/**
 * The context that kubectl would take, for a stack that names none. From the first `up` on it is in the stack's state:
 * a shell that moves on to another cluster does not take the stack along.
 * @param kubeconfig text or path of a kubeconfig; without it, kubectl's own rules
 * @throws pulumi.RunError where there is none
 */
export function currentContext(kubeconfig: string | undefined): string {
  if (kubeconfig !== undefined && isKubeconfigText(kubeconfig)) {
    const named = /(?:^|[{,])\s*"?current-context"?:\s*["']?([^"'\s,}]+)/m.exec(kubeconfig)?.[1];
    return named ?? refuse("the kubeconfig has no current one");
  }
  try {
    return kubectlConfig(kubeconfig, ["current-context"]).trim();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return refuse(missing ? "kubectl is not on PATH to find one" : "the kubeconfig has no current one");
  }
}

/**
 * What tells, without asking it, the cluster that a context leads to: a digest of its address and its authority. Contexts
 * of one name are common (`kind-kind`, kubeadm's `kubernetes-admin@kubernetes`), and a file's content changes under its name.
 * @returns undefined for a kubeconfig given as text, which tells by itself, and where there is no such context
 */
export function clusterDigest({ kubeconfig, context }: ClusterAccess): string | undefined {
  if (kubeconfig !== undefined && isKubeconfigText(kubeconfig)) return undefined;
  try {
    const view = ["view", "--raw", "--minify", "--context", context, "--output=jsonpath={.clusters[0].cluster}"];
    return digest(kubectlConfig(kubeconfig, view));
  } catch {
    // The preflight says what is wrong with it, and which contexts there are.
    return undefined;
  }
}

function kubectlConfig(kubeconfig: string | undefined, args: readonly string[]): string {
  const flags = kubeconfig === undefined ? [] : ["--kubeconfig", expandHome(kubeconfig)];
  const stdio = ["ignore", "pipe", "ignore"] as const;
  return execFileSync("kubectl", [...flags, "config", ...args], { stdio: [...stdio], encoding: "utf8" });
}

function refuse(reason: string): never {
  throw new pulumi.RunError(
    `kubernetes:context: not set, and ${reason}; example: ${configSet("kubernetes:context", "kind-kind")}`,
  );
}
