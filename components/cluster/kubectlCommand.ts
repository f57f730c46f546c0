import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterAccess, isKubeconfigText } from "./clusterAccess";

/** When a script of this project runs. Each is a path from the project's folder. */
export interface KubectlCommandArgs {
  readonly cluster: ClusterAccess;
  /** Runs when the command is created, and again whenever its request changes. */
  readonly onChange?: string;
  /** Runs when the command is deleted, with the request of the last change. */
  readonly onDelete?: string;
  /** What the script is asked for; it reads it with {@link commandRequest}. */
  readonly request: pulumi.Input<Record<string, unknown>>;
}

/** A `local.Command` that runs a script of this project on the stack's own cluster. Nothing runs at preview. */
export function kubectlCommand(
  name: string,
  { cluster, onChange, onDelete, request }: KubectlCommandArgs,
  options: pulumi.CustomResourceOptions,
): local.Command {
  const { kubeconfig, context } = cluster;
  const change = onChange === undefined ? "true" : nodeScript(onChange);
  return new local.Command(
    name,
    {
      create: change,
      update: change,
      ...(onDelete === undefined ? {} : { delete: nodeScript(onDelete) }),
      environment: {
        CLUSTER_CONTEXT: context,
        ...(kubeconfig === undefined
          ? {}
          : { CLUSTER_KUBECONFIG: isKubeconfigText(kubeconfig) ? pulumi.secret(kubeconfig) : kubeconfig }),
        REQUEST: pulumi.jsonStringify(request),
      },
      // What goes to standard output comes back with the error; showing it as it runs would print it twice.
      logging: local.Logging.Stderr,
    },
    options,
  );
}

function nodeScript(script: string): string {
  return `node --require tsx/cjs ${script}`;
}
