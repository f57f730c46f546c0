import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { expandHome, isKubeconfigText } from "../components/kubectl/clusterAccess";
import { messageOf } from "../components/diagnostics/errorHook";
import { digest } from "../components/kubernetes/digest";
import { configSet } from "./config/commands";

/** The cluster that a stack deploys to. */
export interface SelectedCluster {
  /**
   * The configured context, or kubectl's current one. The first `up` stores it in the stack's state, so that switching a
   * shell to another cluster does not move the stack there.
   */
  readonly context: string;
  /** Text of the configured kubeconfig, also where a path is configured; undefined where kubectl's own rules apply. Secret. */
  readonly kubeconfig?: string | undefined;
  /**
   * Identifies the context's cluster without a request to it: a digest of its address and its certificate authority.
   * Different clusters often share a context name (`kind-kind`, kubeadm's `kubernetes-admin@kubernetes`), and a kubeconfig's
   * content can change under its name. undefined with a text, which identifies the cluster itself, and without such a context.
   */
  readonly digest?: string | undefined;
}

/**
 * @param kubeconfig text or path of a kubeconfig; without it, kubectl's own rules apply
 * @param context of that kubeconfig; without it, the current one
 * @throws pulumi.RunError if there is neither a configured nor a current context, or if the kubeconfig file cannot be read
 */
export function selectedCluster(kubeconfig: string | undefined, context: string | undefined): SelectedCluster {
  if (kubeconfig === undefined) return ambientCluster(context);
  const text = isKubeconfigText(kubeconfig) ? kubeconfig : textOf(kubeconfig, context);
  const named = /(?:^|[{,])\s*"?current-context"?:\s*["']?([^"'\s,}]+)/m.exec(text)?.[1];
  return { context: context ?? named ?? refuse("the kubeconfig has no current one"), kubeconfig: text };
}

function ambientCluster(context: string | undefined): SelectedCluster {
  // One call for both: a call costs a deployment half as much as the start of Node.
  const output = '--output=jsonpath={.current-context}{"\\n"}{.clusters[0].cluster}';
  try {
    const answer = kubectlConfig(["view", "--raw", "--minify", ...selection(context), output]);
    const [selected = "", cluster = ""] = answer.split("\n");
    return { context: selected, digest: digest(cluster) };
  } catch {
    // The preflight reports what is wrong with the context, and lists the existing ones.
    return { context: context ?? currentContext() };
  }
}

/** The file's text for the context, with referenced files embedded; for all contexts where the file lacks this one. */
function textOf(file: string, context: string | undefined): string {
  const found = expandHome(file);
  const view = ["--kubeconfig", found, "view", "--raw", "--flatten", "--output=json"];
  const refuseFile = (reason: string) => {
    throw new pulumi.RunError(
      `kubernetes:kubeconfig: "${file}" cannot be read: ${reason}; expected the path of a kubeconfig or its text; ` +
        `example: ${configSet("kubernetes:kubeconfig", "~/.kube/config")}`,
    );
  };
  // kubectl treats a missing file as an empty one.
  if (!fs.existsSync(found)) return refuseFile("no such file or directory");
  try {
    return kubectlConfig([...view, "--minify", ...selection(context)]);
  } catch {
    // The preflight lists the existing contexts.
  }
  try {
    return kubectlConfig(view);
  } catch (error) {
    return refuseFile(wordsOf(error));
  }
}

function selection(context: string | undefined): string[] {
  return context === undefined ? [] : ["--context", context];
}

function currentContext(): string {
  try {
    return kubectlConfig(["current-context"]).trim();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return refuse(missing ? "kubectl is not on PATH to find one" : "the kubeconfig has no current one");
  }
}

function kubectlConfig(args: readonly string[]): string {
  return execFileSync("kubectl", ["config", ...args], { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
}

function wordsOf(error: unknown): string {
  const { code, stderr } = error as NodeJS.ErrnoException & { readonly stderr?: string };
  return code === "ENOENT" ? "kubectl is not on PATH" : (stderr?.trim() || messageOf(error)).replace(/^error: /, "");
}

function refuse(reason: string): never {
  throw new pulumi.RunError(
    `kubernetes:context: not set, and ${reason}; example: ${configSet("kubernetes:context", "kind-kind")}`,
  );
}
