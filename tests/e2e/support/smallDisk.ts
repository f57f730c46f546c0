import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../../lab/support/processes";

/** An ext4 of a few mebibytes, in a file, which is mounted and given to one claim as its volume. */
export class SmallDisk {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "small-disk-"));
  private readonly image = `${this.folder}.ext4`;
  private device = "";

  /** Makes it. @param mebibytes of the file system, whatever the claim asks for */
  async mount(mebibytes: number): Promise<void> {
    await run("truncate", [`--size=${mebibytes}M`, this.image]);
    await run("mkfs.ext4", ["-q", this.image]);
    this.device = (await run("losetup", ["--find", "--show", this.image])).trim();
    await run("mount", [this.device, this.folder]);
    fs.chmodSync(this.folder, 0o777);
  }

  /** Makes it larger, pods or not. */
  async grow(mebibytes: number): Promise<void> {
    await run("truncate", [`--size=${mebibytes}M`, this.image]);
    await run("losetup", ["--set-capacity", this.device]);
    await run("resize2fs", [this.device]);
  }

  /** Removes all files from it. */
  empty(): void {
    for (const file of fs.readdirSync(this.folder)) fs.rmSync(path.join(this.folder, file), { recursive: true });
  }

  /** The volume for a claim, and for no other. */
  volume(name: string, storageClassName: string, claimRef: { readonly namespace: string; readonly name: string }) {
    return {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: {
        ...{ storageClassName, claimRef, accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" } },
        ...{ hostPath: { path: this.folder }, persistentVolumeReclaimPolicy: "Retain" },
      },
    };
  }

  async remove(): Promise<void> {
    if (this.device !== "") {
      await run("umount", [this.folder]);
      await run("losetup", ["--detach", this.device]);
    }
    for (const left of [this.folder, this.image]) fs.rmSync(left, { recursive: true, force: true });
  }
}
