import { execFileSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { expandHome, isKubeconfigText } from "../components/cluster/clusterAccess";
import { digest } from "../components/digest";
import { configSet } from "../components/validation";

/** What a stack deploys to. */
export interface SelectedCluster {
  /**
   * The context that is set, or kubectl's own choice. From the first `up` on it is in the stack's state: a shell that moves
   * on to another cluster does not take the stack along.
   */
  readonly context: string;
  /**
   * What tells, without asking it, the cluster that the context leads to: a digest of its address and its authority. Contexts
   * of one name are common (`kind-kind`, kubeadm's `kubernetes-admin@kubernetes`), and a file's content changes under its name.
   * undefined for a kubeconfig given as text, which tells by itself, and where there is no such context.
   */
  readonly digest: string | undefined;
}

/**
 * @param kubeconfig text or path of a kubeconfig; without it, kubectl's own rules
 * @param context of that kubeconfig; without it, its current one
 * @throws pulumi.RunError where no context is given and there is no current one
 */
export function selectedCluster(kubeconfig: string | undefined, context: string | undefined): SelectedCluster {
  if (kubeconfig !== undefined && isKubeconfigText(kubeconfig)) {
    const named = /(?:^|[{,])\s*"?current-context"?:\s*["']?([^"'\s,}]+)/m.exec(kubeconfig)?.[1];
    return { context: context ?? named ?? refuse("the kubeconfig has no current one"), digest: undefined };
  }
  const selection = context === undefined ? [] : ["--context", context];
  // Both by one call: each costs a deployment half as much as Node's own start.
  const output = '--output=jsonpath={.current-context}{"\\n"}{.clusters[0].cluster}';
  try {
    const answer = kubectlConfig(kubeconfig, ["view", "--raw", "--minify", ...selection, output]);
    const [selected = "", cluster = ""] = answer.split("\n");
    return { context: selected, digest: digest(cluster) };
  } catch {
    // The preflight says what is wrong with the context, and which ones there are.
    return { context: context ?? currentContext(kubeconfig), digest: undefined };
  }
}

function currentContext(kubeconfig: string | undefined): string {
  try {
    return kubectlConfig(kubeconfig, ["current-context"]).trim();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return refuse(missing ? "kubectl is not on PATH to find one" : "the kubeconfig has no current one");
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
