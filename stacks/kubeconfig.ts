import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { expandHome, isKubeconfigText } from "../components/kubectl/clusterAccess";
import { messageOf } from "../components/diagnostics/errorHook";
import { digest } from "../components/kubernetes/digest";
import { configSet } from "./config/rules";

/** What a stack deploys to. */
export interface SelectedCluster {
  /**
   * The context that is set, or kubectl's own choice. From the first `up` on it is in the stack's state: a shell that moves
   * on to another cluster does not take the stack along.
   */
  readonly context: string;
  /** Text of the configured kubeconfig, also where a path is configured; undefined where kubectl's own rules hold. Secret. */
  readonly kubeconfig?: string | undefined;
  /**
   * What tells, without asking it, the cluster that the context leads to: a digest of its address and its authority. Contexts
   * of one name are common (`kind-kind`, kubeadm's `kubernetes-admin@kubernetes`), and a file's content changes under its name.
   * undefined where there is a text, which tells by itself, and where there is no such context.
   */
  readonly digest?: string | undefined;
}

/**
 * @param kubeconfig text or path of a kubeconfig; without it, kubectl's own rules
 * @param context of that kubeconfig; without it, its current one
 * @throws pulumi.RunError where no context is given and there is no current one, or where there is no such file
 */
export function selectedCluster(kubeconfig: string | undefined, context: string | undefined): SelectedCluster {
  if (kubeconfig === undefined) return ambientCluster(context);
  const text = isKubeconfigText(kubeconfig) ? kubeconfig : textOf(kubeconfig, context);
  const named = /(?:^|[{,])\s*"?current-context"?:\s*["']?([^"'\s,}]+)/m.exec(text)?.[1];
  return { context: context ?? named ?? refuse("the kubeconfig has no current one"), kubeconfig: text };
}

function ambientCluster(context: string | undefined): SelectedCluster {
  // Both by one call: each costs a deployment half as much as Node's own start.
  const output = '--output=jsonpath={.current-context}{"\\n"}{.clusters[0].cluster}';
  try {
    const answer = kubectlConfig(["view", "--raw", "--minify", ...selection(context), output]);
    const [selected = "", cluster = ""] = answer.split("\n");
    return { context: selected, digest: digest(cluster) };
  } catch {
    // The preflight says what is wrong with the context, and which ones there are.
    return { context: context ?? currentContext() };
  }
}

/** What the file says of the context, with the files that it refers to in it; all contexts where it lacks this one. */
function textOf(file: string, context: string | undefined): string {
  const found = expandHome(file);
  const view = ["--kubeconfig", found, "view", "--raw", "--flatten", "--output=json"];
  const refuseFile = (reason: string) => {
    throw new pulumi.RunError(
      `kubernetes:kubeconfig: "${file}" cannot be read: ${reason}; expected the path of a kubeconfig or its text; ` +
        `example: ${configSet("kubernetes:kubeconfig", "~/.kube/config")}`,
    );
  };
  // kubectl takes a file that is not there for an empty one.
  if (!fs.existsSync(found)) return refuseFile("no such file or directory");
  try {
    return kubectlConfig([...view, "--minify", ...selection(context)]);
  } catch {
    // The preflight says which contexts there are.
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
