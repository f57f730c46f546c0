import * as os from "node:os";
import * as path from "node:path";

/** Which cluster is meant. The provider and every kubectl of a stack get the same one. */
export interface ClusterAccess {
  /**
   * A kubeconfig's text: a path would be in the state, and lead nowhere on another machine. States from before have paths.
   * @default what kubectl itself would take: KUBECONFIG, which may be a list, then ~/.kube/config
   */
  readonly kubeconfig?: string | undefined;
  /** Name of the context in that kubeconfig. */
  readonly context: string;
}

/** Whether a kubeconfig is given as its text, which holds credentials, and not as a path. */
export function isKubeconfigText(kubeconfig: string): boolean {
  return /[\n{]/.test(kubeconfig) || kubeconfig.includes("apiVersion:");
}

/** The path with a leading `~` resolved, as the provider resolves it. */
export function expandHome(file: string): string {
  return file === "~" || file.startsWith("~/") ? path.join(os.homedir(), file.slice(1)) : file;
}
