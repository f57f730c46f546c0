import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { kubectlCommand } from "../kubectl/scriptResource";
import type { PreflightResult, PreflightRequest } from "./checks";
import { keptResult } from "./keptResult";

export interface PreflightArgs {
  readonly cluster: ClusterAccess;
  /** What the stack is about to do; `instance` comes from a resource. */
  readonly request: Omit<PreflightRequest, "instance"> & { readonly instance: pulumi.Input<string> };
}

/**
 * Looks at the cluster before anything is made or changed on it, and fails with one message that has all findings:
 * cluster, rights, namespace, NodePort, storage class, and every change that would part a site from its data. It runs
 * at the first `up` and whenever one of these settings changes; what was agreed on is its output.
 */
export class Preflight extends pulumi.ComponentResource {
  /** What was agreed on. */
  readonly result: pulumi.Output<PreflightResult>;
  private readonly command: local.Command;

  constructor(name: string, { cluster, request }: PreflightArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:cluster:Preflight", name, {}, options);
    this.command = kubectlCommand(
      `${name}-check`,
      { cluster, onChange: "preflight", request: { ...request } },
      { parent: this },
    );
    // The kubeconfig may be a secret, which makes the whole output one; nothing of it is in the result.
    this.result = pulumi.unsecret(this.command.stdout).apply((text) => JSON.parse(text) as PreflightResult);
    // `pulumi up --replace` makes the check forget what it printed. This one does not, and compares before anything is touched.
    kubectlCommand(
      `${name}-record`,
      { cluster, onChange: "keep-preflight-record", request: { record: this.result.apply(keptResult) } },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
