import type { AnyObject, DiskPool, Namespace, Node, StorageClass } from "../../kubernetes/objects";
import { instanceAnnotation } from "../../kubernetes/ownership";
import { configSet } from "../../../stacks/config/commands";
import type { PoolConfig } from "./keys";
import { nodeFindings } from "./nodeChecks";
import { hostpathClassName, mayastorDriver, openEbsName, poolName, replicatedClassName } from "./openEbsNames";

/** The stack's settings of OpenEBS. */
export interface OpenEbsRequest {
  readonly engine: "hostpath" | "replicated";
  /** Empty for the engine `hostpath`. */
  readonly pools: readonly PoolConfig[];
  /** Whether the program prepares the nodes over SSH. */
  readonly managesNodes: boolean;
}

/** What was read from the cluster about OpenEBS. */
export interface OpenEbsFacts {
  readonly context: string;
  readonly nodes: readonly Node[];
  readonly classes: readonly StorageClass[];
  /** Namespace `openebs`. */
  readonly openEbsNamespace?: Namespace | undefined;
  readonly drivers: readonly AnyObject[];
  /** DiskPools in that namespace. */
  readonly pools: readonly DiskPool[];
  /** Whether the program prepared the nodes at the last `up`. */
  readonly hasManagedNodes: boolean;
}

/** Findings for OpenEBS and its pools. */
export function openEbsFindings(request: OpenEbsRequest, instance: string, facts: OpenEbsFacts): string[] {
  const { context, openEbsNamespace } = facts;
  if (openEbsNamespace?.status?.phase === "Terminating") {
    return [
      `storage.engine: the namespace ${openEbsName} is still being deleted; wait until \`kubectl --context ${context} get ` +
        `namespace ${openEbsName}\` finds nothing`,
    ];
  }
  const isOwn = openEbsNamespace?.metadata.annotations?.[instanceAnnotation] === instance;
  if (!isOwn && isInstalled(facts)) return [installedAlready(request, facts)];
  const planned = request.pools
    .map(({ node }, index) => ({ key: `storage.pools[${index}].node`, node }))
    // A node that already has its pool is not checked: it may be down.
    .filter(({ node }) => !facts.pools.some((pool) => pool.spec.node === node));
  return [
    ...nodeFindings(planned, facts.nodes, { context, managesNodes: request.managesNodes }),
    ...poolFindings(request.pools, facts.pools),
    ...preparationFindings(request, facts),
  ];
}

/** Finding for the removal of `nodeSsh`, which would undo the preparation of all nodes at once while their pools run. */
export function preparationFindings(
  { managesNodes }: Pick<OpenEbsRequest, "managesNodes">,
  { hasManagedNodes, pools }: Pick<OpenEbsFacts, "hasManagedNodes" | "pools">,
): string[] {
  const [first] = pools;
  if (managesNodes || !hasManagedNodes || !first) return [];
  const nodes = pools.map(({ spec }) => spec.node).join(", ");
  return [
    `nodeSsh: is not set anymore, and this stack has prepared ${nodes} over SSH: without it these nodes would lose their huge ` +
      "pages and the module nvme-tcp while their pools need them. Set it again as it was, with nodeSshPrivateKey; example: " +
      `${configSet(`nodeSsh.hosts${first.spec.node.includes(".") ? `["${first.spec.node}"]` : `.${first.spec.node}`}.host`, "192.0.2.10")}. ` +
      "It is needed until `pulumi destroy` has deleted the pools",
  ];
}

function isInstalled({ openEbsNamespace, drivers, classes }: OpenEbsFacts): boolean {
  return (
    openEbsNamespace !== undefined ||
    drivers.some(({ metadata }) => metadata.name === mayastorDriver) ||
    classes.some(({ metadata }) => metadata.name === hostpathClassName)
  );
}

function installedAlready({ engine }: OpenEbsRequest, { classes }: OpenEbsFacts): string {
  const names = classes.map(({ metadata }) => metadata.name);
  const className =
    [replicatedClassName, hostpathClassName].find((name) => names.includes(name)) ?? replicatedClassName;
  return (
    `storage.engine: "${engine}" installs OpenEBS, and this cluster has one that is not this stack's; use that one: ` +
    `${configSet("storage.engine", "existing")} && ${configSet("storage.className", className)}`
  );
}

/** Findings for pools that would lose data: OpenEBS cannot move a pool to another disk or node. */
function poolFindings(wanted: readonly PoolConfig[], there: readonly DiskPool[]): string[] {
  const changed = wanted.flatMap(({ node, disk, replace }, index) => {
    const pool = there.find(({ metadata }) => metadata.name === poolName(node));
    const [before] = pool?.spec.disks ?? [];
    if (before === undefined || before === disk || replace) return [];
    const key = `storage.pools[${index}]`;
    return [
      `${key}.disk: "${disk}" is not allowed: ${poolName(node)} is on "${before}", and a pool cannot move. Keep it: ` +
        `${configSet(`${key}.disk`, before)}. ${steps} If nothing on it is needed: ${configSet(`${key}.replace`, "true")}`,
    ];
  });
  const removed = there
    .filter(({ metadata }) => !wanted.some(({ node }) => poolName(node) === metadata.name))
    .filter(({ status }) => (status?.used ?? 0) > 0)
    .map(
      ({ metadata, spec, status }) =>
        `storage.pools: ${metadata.name} on ${spec.node} is not in the list anymore, and volumes use ${status?.used} ` +
        `bytes of it. Keep it: ${configSet(`storage.pools[${wanted.length}].node`, spec.node)} && ` +
        `${configSet(`storage.pools[${wanted.length}].disk`, spec.disks[0] ?? "")}. ${steps}`,
    );
  return [...changed, ...removed];
}

const steps =
  "To move its data: add a pool on another node, move the replicas there, remove this one (docs/how-to/change-disk-pools.md).";
