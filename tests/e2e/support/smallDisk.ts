import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../../lab/support/processes";

/** Size of the file system. */
const sizeMebibytes = 600;

/** An almost full ext4 file system in a file, as the volume of one claim. */
export class SmallDisk {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "small-disk-"));
  private readonly image = `${this.folder}.ext4`;
  private device = "";

  private get ballast(): string {
    return path.join(this.folder, "ballast");
  }

  /** Creates and mounts the file system. @param mebibytes free space, regardless of the claim's request */
  async mount(mebibytes: number): Promise<void> {
    await run("truncate", [`--size=${sizeMebibytes}M`, this.image]);
    await run("mkfs.ext4", ["-q", "-m", "0", this.image]);
    this.device = (await run("losetup", ["--find", "--show", this.image])).trim();
    await run("mount", [this.device, this.folder]);
    fs.chmodSync(this.folder, 0o777);
    const { bavail, bsize } = fs.statfsSync(this.folder);
    await run("fallocate", [`--length=${bavail * bsize - mebibytes * 2 ** 20}`, this.ballast]);
  }

  /** Frees space. */
  freeSpace(): void {
    fs.rmSync(this.ballast);
  }

  /** Deletes all its files. */
  empty(): void {
    for (const file of fs.readdirSync(this.folder)) fs.rmSync(path.join(this.folder, file), { recursive: true });
  }

  /** Manifest of a volume that is bound to a claim. */
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
