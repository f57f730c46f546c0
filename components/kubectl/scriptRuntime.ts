import type { ClusterAccess } from "./clusterAccess";
import { Kubectl, KubectlError } from "./client";
import { endWithParent } from "./tiedProcess";

/** What is wrong and what to do, for people: a script ends with it, and Pulumi shows it as the command's error. */
export class UserError extends Error {}

/** The cluster that a script was given by kubectlCommand. */
export function commandCluster(): ClusterAccess {
  return { kubeconfig: process.env.CLUSTER_KUBECONFIG, context: process.env.CLUSTER_CONTEXT ?? "" };
}

/** What a script was asked for by kubectlCommand. */
export function commandRequest<T>(): T {
  return JSON.parse(process.env.REQUEST ?? "{}") as T;
}

/** What the command printed when it ran last; undefined at its first run, and at that of a replacement. */
export function previousOutput<T>(): T | undefined {
  const { PULUMI_COMMAND_STDOUT: output } = process.env;
  return output ? (JSON.parse(output) as T) : undefined;
}

/**
 * Runs a script's main function with kubectl on the stack's cluster. What it returns is printed, and Pulumi keeps it as
 * the command's output; a refusal is printed as it stands and ends the process with 1. The script ends with the process that
 * started it, and kubectl with the script.
 */
export function runCommand(work: (kubectl: Kubectl) => Promise<string | void>): void {
  endWithParent();
  work(new Kubectl(commandCluster())).then(
    (output) => {
      if (output) process.stdout.write(output);
    },
    (error: unknown) => {
      const expected = error instanceof UserError || error instanceof KubectlError;
      process.stdout.write(`${expected ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
      process.exitCode = 1;
    },
  );
}
