import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "./clusterAccess";

/** Name of a script, which scripts.ts runs by it. The state of every stack has these names: a new one needs its predecessor kept. */
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

/** When a script of this project runs. */
export interface KubectlCommandArgs {
  readonly cluster: ClusterAccess;
  /** Runs when the command is created, and again whenever its request changes. */
  readonly onChange?: ScriptName;
  /** Runs when the command is deleted, with the request of the last change. */
  readonly onDelete?: ScriptName;
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
  return new local.Command(
    name,
    {
      // Node itself, and no shell: the name is its last argument on every system, and what interrupts the command reaches the script.
      interpreter: ["node", "--require", "tsx/cjs", "scripts.ts"],
      ...(onChange === undefined ? {} : { create: onChange, update: onChange }),
      ...(onDelete === undefined ? {} : { delete: onDelete }),
      environment: {
        CLUSTER_CONTEXT: context,
        ...(kubeconfig === undefined ? {} : { CLUSTER_KUBECONFIG: pulumi.secret(kubeconfig) }),
        REQUEST: pulumi.jsonStringify(request),
      },
      // What goes to standard output comes back with the error; showing it as it runs would print it twice.
      logging: local.Logging.Stderr,
    },
    // By itself the plugin leaves in clear what a script prints, whatever it was given.
    { ...options, additionalSecretOutputs: ["stdout", "stderr"] },
  );
}
