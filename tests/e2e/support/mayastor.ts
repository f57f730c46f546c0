import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Api, isNotFound } from "../../../lab/plugins/kubernetes/api";
import type { AnyObject, DiskPool } from "../../../components/kubernetes/objects";
import { FolderVolumes } from "./folderVolumes";
import { PollingLoop } from "./pollingLoop";

const driver = "io.openebs.csi-mayastor";
const finalizer = "openebs.io/diskpool-protection";
const poolsPath = "/apis/openebs.io/v1beta3/namespaces/openebs/diskpools";
const definitionsPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/**
 * Simulates the parts of Mayastor that the program waits for, without disks. When the operator's Deployment exists, it creates the
 * definition of DiskPools, sets the status of pools, and provides volumes as folders of this machine. It deletes a pool only when no
 * volume is left.
 */
export class Mayastor {
  /** Milliseconds until a pool comes online, by its name. @default 1000 */
  readonly onlineAfterMs = new Map<string, number>();
  /**
   * Its actions, in order: `pool pool-k0 online`, `volume of NAMESPACE/CLAIM`, `volume of … deleted`, `pool pool-k0 deleted`, and
   * `NAMESPACE/CLAIM came before pool-k0` if a volume is requested before that pool is online.
   */
  readonly actions: string[] = [];
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "mayastor-"));
  private readonly volumes: FolderVolumes;
  private readonly seen = new Map<string, number>();
  private readonly work: PollingLoop;

  constructor(private readonly api: Api) {
    this.volumes = new FolderVolumes(api, driver, this.actions);
    this.work = new PollingLoop(() => this.poll());
  }

  /** Why the last poll failed; undefined if it succeeded. */
  get problem(): string | undefined {
    return this.work.problem;
  }

  async stop(): Promise<void> {
    await this.work.stop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private async poll(): Promise<void> {
    const deployments = await this.list<AnyObject>("/apis/apps/v1/namespaces/openebs/deployments");
    if (!deployments.some(({ metadata }) => metadata.name === "openebs-operator-diskpool")) return;
    if (!(await this.isDefined())) await this.define();
    const pools = await this.list<DiskPool>(poolsPath);
    const volumes = await this.volumes.own();
    for (const pool of pools) await this.updatePool(pool, volumes.length);
    const offline = pools.filter(({ status }) => status?.pool_status !== "Online");
    await this.volumes.provide(this.folder, (claim) =>
      this.actions.push(...offline.map((pool) => `${claim} came before ${pool.metadata.name}`)),
    );
    await this.volumes.removeReleased();
  }

  private async updatePool(pool: DiskPool, volumes: number): Promise<void> {
    const {
      name,
      uid,
      deletionTimestamp,
      finalizers = [],
    } = pool.metadata as DiskPool["metadata"] & {
      readonly finalizers?: readonly string[];
    };
    const since = this.seen.get(uid) ?? Date.now();
    this.seen.set(uid, since);
    if (deletionTimestamp !== undefined) {
      if (volumes > 0 || !finalizers.includes(finalizer)) return;
      await this.patch(`${poolsPath}/${name}`, { metadata: { finalizers: null } });
      this.actions.push(`pool ${name} deleted`);
    } else if (pool.status?.pool_status !== "Online" && Date.now() - since > (this.onlineAfterMs.get(name) ?? 1000)) {
      await this.patch(`${poolsPath}/${name}`, { metadata: { finalizers: [finalizer] } });
      const bytes = { capacity: 10 * 2 ** 30, used: 0, available: 10 * 2 ** 30 };
      const status = { cr_state: "Created", pool_status: "Online", ...bytes };
      await this.patch(`${poolsPath}/${name}/status`, { status });
      this.actions.push(`pool ${name} online`);
    } else if (pool.status === undefined) {
      await this.patch(`${poolsPath}/${name}/status`, { status: { cr_state: "Creating", pool_status: "Unknown" } });
    }
  }

  private async isDefined(): Promise<boolean> {
    return (await this.list<AnyObject>(definitionsPath)).some(
      ({ metadata }) => metadata.name === "diskpools.openebs.io",
    );
  }

  private async define(): Promise<void> {
    const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    const version = { name: "v1beta3", served: true, storage: true, subresources: { status: {} } };
    const body = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "diskpools.openebs.io" },
      spec: {
        group: "openebs.io",
        scope: "Namespaced",
        names: { kind: "DiskPool", plural: "diskpools", singular: "diskpool", shortNames: ["dsp"] },
        versions: [{ ...version, schema: { openAPIV3Schema: open } }],
      },
    };
    await this.api.send({ method: "POST", path: definitionsPath, body });
  }

  private async patch(at: string, body: object): Promise<void> {
    await this.api.send({ method: "PATCH", path: at, body, contentType: "application/merge-patch+json" });
  }

  private async list<T>(at: string): Promise<T[]> {
    try {
      return (await this.api.send({ method: "GET", path: at })).items as unknown as T[];
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }
}
