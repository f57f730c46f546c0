import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../../../lab/support/processes";

/** A volume with ext4 that can move to another device. */
export class Volume {
  private readonly disk: string;
  readonly folder: string;
  private device = "";

  constructor(place: string) {
    this.disk = path.join(place, "disk");
    this.folder = path.join(place, "mount");
  }

  async make(): Promise<void> {
    fs.mkdirSync(this.folder);
    fs.writeFileSync(this.disk, "");
    fs.truncateSync(this.disk, 64 * 2 ** 20);
    await run("mkfs.ext4", ["-q", this.disk]);
    await this.mount();
  }

  /** Moves it to another device. */
  async move(): Promise<void> {
    const previous = this.device;
    await run("umount", [this.folder]);
    await this.mount();
    await run("losetup", ["--detach", previous]);
    assert.notEqual(this.device, previous);
  }

  async unmount(): Promise<void> {
    if (this.device === "") return;
    await run("umount", [this.folder]);
    await run("losetup", ["--detach", this.device]);
  }

  private async mount(): Promise<void> {
    this.device = (await run("losetup", ["--find", "--show", this.disk])).trim();
    await run("mount", [this.device, this.folder]);
  }
}
