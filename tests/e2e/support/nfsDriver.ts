import * as fs from "node:fs";
import * as path from "node:path";
import type { Api } from "../../../lab/plugins/kubernetes/api";
import { FolderVolumes } from "./folderVolumes";
import { PollingLoop } from "./pollingLoop";

/**
 * What csi-driver-nfs does, without NFS, which this kernel cannot mount: its volumes are folders of what the server exports, and pods
 * get to them past the server.
 */
export class NfsDriver {
  /** Its actions, in order: `volume of NAMESPACE/CLAIM`, `volume of … gone`. */
  readonly deeds: string[] = [];
  private readonly volumes: FolderVolumes;
  private readonly work: PollingLoop;

  constructor(api: Api) {
    this.volumes = new FolderVolumes(api, "nfs.csi.k8s.io", this.deeds);
    this.work = new PollingLoop(() => this.look());
  }

  /** Why the last poll failed; undefined if it succeeded. */
  get problem(): string | undefined {
    return this.work.problem;
  }

  async stop(): Promise<void> {
    await this.work.stop();
  }

  private async look(): Promise<void> {
    const server = (await this.volumes.all()).find(
      ({ spec }) => spec.claimRef?.namespace === "openebs-nfs" && spec.claimRef.name === "nfs-server",
    );
    if (server?.spec.hostPath === undefined) return;
    const exported = path.join(server.spec.hostPath.path, "export");
    // The server makes it when it starts.
    if (fs.existsSync(exported)) await this.volumes.provide(exported);
    await this.volumes.removeReleased();
  }
}
