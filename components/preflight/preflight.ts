import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { kubectlCommand } from "../kubectl/scriptResource";
import type { PreflightResult, PreflightRequest } from "./checks";
import { keptResult } from "./keptResult";

export interface PreflightArgs {
  readonly cluster: ClusterAccess;
  /** What to check; `instance` is the output of a resource. */
  readonly request: Omit<PreflightRequest, "instance"> & { readonly instance: pulumi.Input<string> };
}

/**
 * Checks the cluster before anything is created or changed on it, and fails with one message that lists all findings:
 * cluster, permissions, namespace, NodePort, storage class, and every change that would separate a site from its data. It
 * runs at the first `up` and whenever one of these settings changes. Its result is the command's output.
 */
export class Preflight extends pulumi.ComponentResource {
  readonly result: pulumi.Output<PreflightResult>;
  private readonly command: local.Command;

  constructor(name: string, { cluster, request }: PreflightArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:cluster:Preflight", name, {}, options);
    this.command = kubectlCommand(
      `${name}-check`,
      { cluster, onChange: "preflight", request: { ...request } },
      { parent: this },
    );
    // The kubeconfig may be a secret, which makes the whole output secret. The result contains nothing of it.
    this.result = pulumi.unsecret(this.command.stdout).apply((text) => JSON.parse(text) as PreflightResult);
    // `pulumi up --replace` discards the check's previous output. This command keeps it and compares before any change.
    kubectlCommand(
      `${name}-record`,
      { cluster, onChange: "keep-preflight-record", request: { record: this.result.apply(keptResult) } },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
