import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../../lab/support/processes";

/** Of the whole file system. */
const sizeMebibytes = 600;

/** An ext4 with a few free mebibytes, in a file, which is mounted and given to one claim as its volume. */
export class SmallDisk {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "small-disk-"));
  private readonly image = `${this.folder}.ext4`;
  private device = "";

  private get ballast(): string {
    return path.join(this.folder, "ballast");
  }

  /** Makes it, all but full. @param mebibytes that are free on it, whatever the claim asks for */
  async mount(mebibytes: number): Promise<void> {
    await run("truncate", [`--size=${sizeMebibytes}M`, this.image]);
    await run("mkfs.ext4", ["-q", "-m", "0", this.image]);
    this.device = (await run("losetup", ["--find", "--show", this.image])).trim();
    await run("mount", [this.device, this.folder]);
    fs.chmodSync(this.folder, 0o777);
    const { bavail, bsize } = fs.statfsSync(this.folder);
    await run("fallocate", [`--length=${bavail * bsize - mebibytes * 2 ** 20}`, this.ballast]);
  }

  /** Makes room on it. */
  makeRoom(): void {
    fs.rmSync(this.ballast);
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
