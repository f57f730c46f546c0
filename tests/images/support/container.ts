import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { lastLines, run } from "../../../lab/support/processes";
import { until } from "../../support/until";
import type { UnpackedImage } from "./image";
import { runtimeSpec } from "./runtimeSpec";

export interface ContainerOptions {
  readonly image: UnpackedImage;
  /** Network namespace's name. Containers in the same one reach each other on 127.0.0.1. */
  readonly network: string;
  /** In the place of the image's CMD, as `args` in a pod. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of this machine by the path that they are mounted at. */
  readonly volumes?: Readonly<Record<string, string>>;
  /** Number of the user and of its group. @default 0 */
  readonly uid?: number;
  /** The image's own files cannot be changed. @default false */
  readonly readOnly?: boolean;
  /** In the place of the image's ENTRYPOINT, as `command` in a pod. */
  readonly command?: readonly string[];
  /** The rights that it has, such as `CHOWN`. @default those of a container that asks for none */
  readonly capabilities?: readonly string[];
}

/** How a command in a container ended. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

let count = 0;

/** A container under runc, as a node of a cluster runs it: namespaces, user, mounts. */
export class Container {
  private readonly id = `wordpress-test-${process.pid}-${++count}`;
  private readonly bundle: string;
  private readonly runc: readonly string[];
  private readonly log: string;

  private constructor(folder: string) {
    this.bundle = path.join(folder, this.id);
    this.runc = ["--root", path.join(folder, "runc")];
    this.log = path.join(this.bundle, "log");
  }

  /** Starts a container whose files are in `folder`, and does not wait for it to serve. */
  static async start(folder: string, options: ContainerOptions): Promise<Container> {
    const container = new Container(folder);
    await container.begin(options);
    return container;
  }

  /** What the container has printed on both its outputs. */
  get output(): string {
    return fs.readFileSync(this.log, "utf8");
  }

  /** Runs a command inside, as the container's user or another. */
  exec(command: readonly string[], uid?: number): Outcome {
    const user = uid === undefined ? [] : ["--user", `${uid}:${uid}`];
    const result = spawnSync("runc", [...this.runc, "exec", ...user, this.id, ...command], { encoding: "utf8" });
    return { code: result.status, output: result.stdout + result.stderr };
  }

  /** What a command prints that has to succeed. @throws with what it printed, when it does not */
  read(command: readonly string[]): string {
    const { code, output } = this.exec(command);
    if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${output}`);
    return output;
  }

  /** Waits until `check` holds. @throws with what the container printed, when it ends first or 90 seconds pass */
  async until(what: string, check: () => boolean): Promise<void> {
    await this.poll(what, () => {
      if (check()) return true;
      if (this.status() === "stopped") throw new Error(`ended before ${what}`);
      return false;
    });
  }

  /** Waits for the container to end by itself, 90 seconds at most. */
  async ended(): Promise<void> {
    await this.poll("the container ends", () => this.status() === "stopped");
  }

  /** Asks it to end, as a node does, and takes everything of it away but its volumes. */
  async stop(signal = "TERM"): Promise<void> {
    if (this.status() === "running") {
      await run("runc", [...this.runc, "kill", this.id, signal]);
      await this.ended();
    }
    await this.remove();
  }

  /** Ends it at once and takes everything of it away but its volumes. */
  async remove(): Promise<void> {
    spawnSync("runc", [...this.runc, "delete", "--force", this.id]);
    const root = path.join(this.bundle, "rootfs");
    if (fs.existsSync(root)) await run("umount", [root]);
    fs.rmSync(this.bundle, { recursive: true, force: true });
  }

  private async poll(what: string, holds: () => boolean): Promise<void> {
    try {
      await until(what, 90, () => Promise.resolve(holds()), { pollMs: 100 });
    } catch (error) {
      throw new Error(`${String(error)}\n${lastLines(this.output, 40)}`, { cause: error });
    }
  }

  private status(): string | undefined {
    const state = spawnSync("runc", [...this.runc, "state", this.id], { encoding: "utf8" });
    return state.status === 0 ? (JSON.parse(state.stdout) as { status: string }).status : undefined;
  }

  private async begin(options: ContainerOptions): Promise<void> {
    const folders = Object.fromEntries(["rootfs", "upper", "work"].map((name) => [name, path.join(this.bundle, name)]));
    Object.values(folders).forEach((folder) => fs.mkdirSync(folder, { recursive: true }));
    const layers = `lowerdir=${options.image.rootfs},upperdir=${folders.upper},workdir=${folders.work}`;
    await run("mount", ["-t", "overlay", "overlay", "-o", layers, path.join(this.bundle, "rootfs")]);
    fs.writeFileSync(path.join(this.bundle, "config.json"), JSON.stringify(runtimeSpec(options)));
    const log = fs.openSync(this.log, "a");
    // A node hands its pipes to the container's user: whoever opens /dev/stderr inside may write there.
    fs.fchmodSync(log, 0o666);
    const begun = spawnSync("runc", [...this.runc, "run", "--detach", "--bundle", this.bundle, this.id], {
      stdio: ["ignore", log, log],
    });
    fs.closeSync(log);
    if (begun.status !== 0) throw new Error(`runc could not start it:\n${lastLines(this.output, 40)}`);
  }
}
