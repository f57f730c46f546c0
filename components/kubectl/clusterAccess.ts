import * as os from "node:os";
import * as path from "node:path";

/** How to reach the cluster. The provider and every kubectl of a stack get the same values. */
export interface ClusterAccess {
  /**
   * Text of a kubeconfig. A path would be kept in the state, and would not exist on another machine. States of earlier
   * versions hold paths.
   * @default kubectl's own choice: KUBECONFIG, which may be a list, then ~/.kube/config
   */
  readonly kubeconfig?: string | undefined;
  /** Name of the context in that kubeconfig. */
  readonly context: string;
}

/** Whether a kubeconfig is given as text, which holds credentials, rather than as a path. */
export function isKubeconfigText(kubeconfig: string): boolean {
  return /[\n{]/.test(kubeconfig) || kubeconfig.includes("apiVersion:");
}

/** Resolves a leading `~`, as the provider does. */
export function expandHome(file: string): string {
  return file === "~" || file.startsWith("~/") ? path.join(os.homedir(), file.slice(1)) : file;
}
