import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "./clusterAccess";

/** Subcommand of scripts.ts. The state of every stack has these names: if you rename one, keep the previous name too. */
export type ScriptName =
  | "preflight"
  | "keep-preflight-record"
  | "guard-destroy"
  | "prepare-database-user"
  | "drop-previous-users"
  | "migrate-content"
  | "grow-claims"
  | "delete-claims"
  | "wait-for-huge-pages"
  | "clean-up-openebs";

/** Which scripts of this project run, and when. */
export interface KubectlCommandArgs {
  readonly cluster: ClusterAccess;
  /** Runs when the command is created, and whenever its request changes. */
  readonly onChange?: ScriptName;
  /** Runs when the command is deleted, with the request of the last change. */
  readonly onDelete?: ScriptName;
  /** Input of the script, which reads it with `commandRequest`. It is in the state. */
  readonly request: pulumi.Input<Record<string, unknown>>;
}

/** Creates a `local.Command` that runs a script of this project on the stack's own cluster. Nothing runs at preview. */
export function kubectlCommand(
  name: string,
  { cluster, onChange, onDelete, request }: KubectlCommandArgs,
  options: pulumi.CustomResourceOptions,
): local.Command {
  const { kubeconfig, context } = cluster;
  return new local.Command(
    name,
    {
      // Node itself, and no shell: the subcommand is its last argument on every system, and a signal reaches the script.
      interpreter: ["node", "--require", "tsx/cjs", "scripts.ts"],
      ...(onChange === undefined ? {} : { create: onChange, update: onChange }),
      ...(onDelete === undefined ? {} : { delete: onDelete }),
      environment: {
        CLUSTER_CONTEXT: context,
        ...(kubeconfig === undefined ? {} : { CLUSTER_KUBECONFIG: pulumi.secret(kubeconfig) }),
        REQUEST: pulumi.jsonStringify(request),
      },
      // Pulumi shows standard output with the error: to log it as well would print it twice.
      logging: local.Logging.Stderr,
    },
    // By default the plugin stores a script's output unencrypted, even if its input is secret.
    { ...options, additionalSecretOutputs: ["stdout", "stderr"] },
  );
}
