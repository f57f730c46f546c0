import * as fs from "node:fs";
import * as path from "node:path";
import type { Api } from "../../../lab/plugins/kubernetes/api";
import { FolderVolumes } from "./folderVolumes";
import { PollingLoop } from "./pollingLoop";

/**
 * Simulates csi-driver-nfs without NFS, which this kernel cannot mount. Its volumes are folders of the server's export, and pods use
 * them directly.
 */
export class NfsDriver {
  /** Its actions, in order: `volume of NAMESPACE/CLAIM`, `volume of … deleted`. */
  readonly actions: string[] = [];
  private readonly volumes: FolderVolumes;
  private readonly work: PollingLoop;

  constructor(api: Api) {
    this.volumes = new FolderVolumes(api, "nfs.csi.k8s.io", this.actions);
    this.work = new PollingLoop(() => this.poll());
  }

  /** Why the last poll failed; undefined if it succeeded. */
  get problem(): string | undefined {
    return this.work.problem;
  }

  async stop(): Promise<void> {
    await this.work.stop();
  }

  private async poll(): Promise<void> {
    const server = (await this.volumes.all()).find(
      ({ spec }) => spec.claimRef?.namespace === "openebs-nfs" && spec.claimRef.name === "nfs-server",
    );
    if (server?.spec.hostPath === undefined) return;
    const exported = path.join(server.spec.hostPath.path, "export");
    // The server creates it when it starts.
    if (fs.existsSync(exported)) await this.volumes.provide(exported);
    await this.volumes.removeReleased();
  }
}
