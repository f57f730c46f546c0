import type * as pulumi from "@pulumi/pulumi";
import { urlHost } from "../components/kubernetes/hostAddress";
import type { PreflightResult } from "../components/preflight/checks";
import { managedClasses } from "./requests";
import type { Config } from "./config/tree";

/** The outputs that `pulumi stack output` shows. */
export interface StackOutputs {
  /** URL of the site. */
  readonly url: pulumi.Input<string>;
  readonly namespace: string;
  /** The storage class of the stack's claims, then the other classes that the stack manages. */
  readonly storageClasses: pulumi.Output<string[]>;
  /** Names of the stack's DiskPools. */
  readonly diskPools: readonly string[];
  /** Login of the administrator that the installer job creates; undefined with `content: perPod`. */
  readonly adminUser?: string;
  /** Secret: `pulumi stack output adminPassword --show-secrets`. */
  readonly adminPassword?: pulumi.Output<string> | undefined;
}

/** @param made what the stack's resources know */
export function stackOutputs(
  config: Config,
  made: {
    readonly preflightResult: pulumi.Output<PreflightResult>;
    readonly diskPools: readonly string[];
    readonly adminPassword: pulumi.Output<string> | undefined;
  },
): StackOutputs {
  const { namespace, content, wordpressNodePort, siteUrl, adminUser } = config;
  const nodePortUrl = made.preflightResult.apply(
    ({ nodeAddress }) => `http://${urlHost(nodeAddress)}:${wordpressNodePort}`,
  );
  return {
    url: siteUrl ?? nodePortUrl,
    namespace,
    storageClasses: made.preflightResult.apply(({ storageClass }) => [
      ...new Set([storageClass, ...managedClasses(config)]),
    ]),
    diskPools: made.diskPools,
    ...(content === "shared" && { adminUser, adminPassword: made.adminPassword }),
  };
}
