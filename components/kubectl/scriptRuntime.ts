import type { ClusterAccess } from "./clusterAccess";
import { Kubectl, KubectlError } from "./client";
import { endWithParent } from "./tiedProcess";

/** An error that tells the user what is wrong and what to do. A script prints its message alone, and Pulumi shows it. */
export class UserError extends Error {}

/** The cluster that `kubectlCommand` passed to this script. */
export function commandCluster(): ClusterAccess {
  return { kubeconfig: process.env.CLUSTER_KUBECONFIG, context: process.env.CLUSTER_CONTEXT ?? "" };
}

/** The request that `kubectlCommand` passed to this script. */
export function commandRequest<T>(): T {
  return JSON.parse(process.env.REQUEST ?? "{}") as T;
}

/** The output of the command's previous run; undefined at its first run, and after it was replaced. */
export function previousOutput<T>(): T | undefined {
  const { PULUMI_COMMAND_STDOUT: output } = process.env;
  return output ? (JSON.parse(output) as T) : undefined;
}

/**
 * Runs a script's main function with kubectl on the stack's cluster. The script prints its result, and Pulumi keeps that as
 * the command's output. A {@link UserError} is printed without a stack trace; every error exits with code 1. The script ends
 * with the process that started it, and kubectl with the script.
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
