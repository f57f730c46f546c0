import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../../kubernetes/component";
import { stackLabels } from "../../kubernetes/labels";
import { diskPoolApiVersion } from "./chartVersion";
import type { DataRetention } from "../claims/keys";
import type { PoolConfig } from "./keys";
import { openEbsName, poolName } from "./openEbsNames";

export interface DiskPoolsArgs {
  readonly pools: readonly PoolConfig[];
  readonly dataRetention: DataRetention;
  /** Resources that a pool depends on, by the node's name: the node's label and preparation. */
  readonly readyByNode: ReadonlyMap<string, readonly pulumi.Resource[]>;
  /** Called when a pool does not come online. */
  readonly onError: (pool: string) => pulumi.ErrorHook;
}

/** A DiskPool for each entry. It is online before a volume is created. */
export class DiskPools extends Component<DiskPoolsArgs> {
  /** Names of the pools, in the order of the configuration. */
  readonly names: readonly string[];

  constructor(name: string, args: DiskPoolsArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:storage:DiskPools", name, args, options);
    this.names = args.pools.map(({ node }) => poolName(node));
    for (const { node, disk } of args.pools) {
      new CustomResource(
        `${name}-${node}`,
        {
          apiVersion: diskPoolApiVersion,
          kind: "DiskPool",
          metadata: {
            name: poolName(node),
            namespace: openEbsName,
            labels: stackLabels,
            annotations: { "pulumi.com/waitFor": "jsonpath={.status.pool_status}=Online" },
          },
          spec: { node, disks: [disk] },
        },
        {
          ...this.child(...(args.readyByNode.get(node) ?? [])),
          protect: args.dataRetention === "retain",
          // OpenEBS accepts an update of a pool and ignores it. The preflight refuses a change that would lose data.
          replaceOnChanges: ["spec"],
          deleteBeforeReplace: true,
          customTimeouts: { create: "5m", delete: "10m" },
          hooks: { onError: [args.onError(poolName(node))] },
        },
      );
    }
    this.registerOutputs({});
  }
}
