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
  /** Replaces the image's CMD, like `args` in a pod. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of this machine by their mount path. */
  readonly volumes?: Readonly<Record<string, string>>;
  /** User ID and group ID. @default 0 */
  readonly uid?: number;
  /** Whether the image's own files are read-only. @default false */
  readonly readOnly?: boolean;
  /** Replaces the image's ENTRYPOINT, like `command` in a pod. */
  readonly command?: readonly string[];
  /** Its Linux capabilities, such as `CHOWN`. @default those of a container that specifies none */
  readonly capabilities?: readonly string[];
}

/** Exit code and output of a command in a container. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

let count = 0;

/** A container under runc, with namespaces, user and mounts as on a cluster's node. */
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

  /** Starts a container whose files are in `folder`. Does not wait until it serves. */
  static async start(folder: string, options: ContainerOptions): Promise<Container> {
    const container = new Container(folder);
    await container.begin(options);
    return container;
  }

  /** The container's standard output and standard error. */
  get output(): string {
    return fs.readFileSync(this.log, "utf8");
  }

  /** Runs a command in the container, as its user or another one. */
  exec(command: readonly string[], uid?: number): Outcome {
    const user = uid === undefined ? [] : ["--user", `${uid}:${uid}`];
    const result = spawnSync("runc", [...this.runc, "exec", ...user, this.id, ...command], {
      encoding: "utf8",
      // Scripts of the dashboard have several megabytes, and the default is one.
      maxBuffer: 64 * 2 ** 20,
    });
    return { code: result.status, output: result.stdout + result.stderr };
  }

  /** Output of a command that has to succeed. @throws Error with the output if it fails */
  read(command: readonly string[]): string {
    const { code, output } = this.exec(command);
    if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${output}`);
    return output;
  }

  /** Waits until `check` holds. @throws Error with the container's output if it ends first, or after 90 seconds */
  async until(what: string, check: () => boolean): Promise<void> {
    await this.poll(what, () => {
      if (check()) return true;
      if (this.status() === "stopped") throw new Error(`ended before ${what}`);
      return false;
    });
  }

  /** Waits until the container ends by itself, for 90 seconds at most. */
  async ended(): Promise<void> {
    await this.poll("the container ends", () => this.status() === "stopped");
  }

  /** Terminates it by a signal, as the kubelet does, and deletes everything except its volumes. */
  async stop(signal = "TERM"): Promise<void> {
    if (this.status() === "running") {
      await run("runc", [...this.runc, "kill", this.id, signal]);
      await this.ended();
    }
    await this.remove();
  }

  /** Kills it, and deletes everything except its volumes. */
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
    // On a node, the container's user owns the pipes and may open /dev/stderr for writing.
    fs.fchmodSync(log, 0o666);
    const begun = spawnSync("runc", [...this.runc, "run", "--detach", "--bundle", this.bundle, this.id], {
      stdio: ["ignore", log, log],
    });
    fs.closeSync(log);
    if (begun.status !== 0) throw new Error(`runc could not start it:\n${lastLines(this.output, 40)}`);
  }
}
