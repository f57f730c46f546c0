import * as fs from "node:fs";
import * as path from "node:path";
import { buildLog } from "../support/paths";
import { run } from "../support/processes";

/** The folder where buildah caches layers regardless of the store that it is given. */
const ownFolder = "/var/lib/containers";

/** A separate image store, so that no image is left among the machine's images. */
export class ImageStore {
  private readonly foundOwnFolder = fs.existsSync(ownFolder);

  private constructor(private readonly folder: string) {}

  /** Opens a store for this process in a folder, and removes stores of killed processes there. */
  static async open(folder: string): Promise<ImageStore> {
    const left = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.startsWith("image-store.")) : [];
    const dead = left.filter((name) => !fs.existsSync(`/proc/${path.extname(name).slice(1)}`));
    for (const name of dead) await new ImageStore(path.join(folder, name)).remove();
    return new ImageStore(path.join(folder, `image-store.${process.pid}`));
  }

  /** Builds the Dockerfile in a folder and tags the image. */
  async build(folder: string, reference: string, buildArguments: Readonly<Record<string, string>> = {}): Promise<void> {
    const withArguments = Object.entries(buildArguments).flatMap(([name, value]) => [
      "--build-arg",
      `${name}=${value}`,
    ]);
    // Docker's format, because buildah does not support STOPSIGNAL in OCI's. Layers, so that two versions share common stages.
    const options = ["--network", "host", "--format", "docker", "--layers", "--tag", reference];
    await this.buildah("build", [...options, ...withArguments, folder]);
  }

  /** Writes an image to a docker-archive. */
  async save(reference: string, archive: string): Promise<void> {
    await this.buildah("push", ["--quiet", reference, `docker-archive:${archive}:${reference}`]);
  }

  /** Loads an image from a docker-archive, under the name that it has there. */
  async load(archive: string): Promise<void> {
    await this.buildah("pull", ["--quiet", `docker-archive:${archive}`]);
  }

  /** Removes the store and every mount in it. */
  async remove(): Promise<void> {
    const mounts = fs
      .readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1] ?? "")
      .filter((mount) => mount.startsWith(`${this.folder}${path.sep}`));
    for (const mount of mounts.reverse()) await run("umount", [mount]);
    fs.rmSync(this.folder, { recursive: true, force: true });
    if (!this.foundOwnFolder) fs.rmSync(ownFolder, { recursive: true, force: true });
  }

  private async buildah(command: string, args: readonly string[]): Promise<void> {
    const store = ["--root", path.join(this.folder, "root"), "--runroot", path.join(this.folder, "run")];
    fs.mkdirSync(this.folder, { recursive: true });
    await run("buildah", [...store, "--storage-driver", "overlay", command, ...args], {
      // The other isolation modes need permissions that a container or small machine may lack.
      env: { BUILDAH_ISOLATION: "chroot", TMPDIR: this.folder },
      log: buildLog("images"),
    });
  }
}
