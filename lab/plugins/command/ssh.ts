import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { ResourceRequest } from "../support/provider";
import { type CommandOutput, ProgramFailed, type ProgramRun, runProgram } from "./runProgram";

/** Where to, and as whom. */
export interface SshConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Text of the key; without one, what the agent or the user's own folder has. */
  readonly privateKey?: string;
  /** The public key that the server must show: `ssh-ed25519 AAAA…`. Without one, any will do. */
  readonly hostKey?: string;
  /** How many attempts may fail before the one that decides; -1 for no end. */
  readonly dialErrorLimit: number;
  /** Seconds that one attempt may take; 0 for no limit. */
  readonly perDialTimeout: number;
}

export interface RemoteRun extends Pick<ProgramRun, "env" | "stdin" | "logging" | "request"> {
  readonly script: string;
}

/** The server could not be reached, did not show its key, or let nobody in. */
class ConnectionLost extends Error {}

/** How `ssh` ends when the connection, and not the script, is what failed. */
const connectionCode = 255;

/** The name under which a server's key is looked up, whatever its address. */
const serverName = "server";

/** Milliseconds before the second attempt and at most between two, and what one is longer than the one before. */
const pause = { firstMs: 100, mostMs: 5000, growth: 1.5 };

/** Commands on one machine, by OpenSSH's `ssh`. The key is in a file that only this user may read, until `close`. */
export class SshSession {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-ssh-"));

  constructor(private readonly connection: SshConnection) {
    const { privateKey, hostKey } = connection;
    // `ssh` reads no key whose last line does not end.
    if (privateKey !== undefined) this.write("key", `${privateKey.trimEnd()}\n`);
    if (hostKey !== undefined) this.write("known_hosts", `${serverName} ${hostKey.trim()}\n`);
  }

  /** Tries until the server lets this user in. @throws ConnectionLost */
  async dial(request: ResourceRequest): Promise<void> {
    const { dialErrorLimit } = this.connection;
    for (let failed = 0, ms = pause.firstMs; ; ms = Math.min(ms * pause.growth, pause.mostMs)) {
      try {
        await this.run({ script: "true", env: {}, stdin: "", logging: "none", request });
        return;
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        failed++;
        const isLast = dialErrorLimit >= 0 && failed > dialErrorLimit;
        if (isLast || request.signal.aborted) {
          throw new ConnectionLost(`after ${failed} failed attempts: ${error.message}`, { cause: error });
        }
        request.status("INFO", `Dial ${failed}/${dialErrorLimit < 0 ? "inf" : dialErrorLimit} failed: retrying`);
        await wait(ms);
      }
    }
  }

  /** Runs a script by the user's shell there. @throws ConnectionLost, ProgramFailed in the words of Go's SSH library */
  async run({ script, env, ...streams }: RemoteRun): Promise<CommandOutput> {
    const sent = Object.keys(env).flatMap((name) => ["-o", `SendEnv=${name}`]);
    const { user, host } = this.connection;
    try {
      return await runProgram({
        ...streams,
        env,
        endsGroup: true,
        command: ["ssh", ...this.options(), ...sent, "-l", user, "--", host, script],
      });
    } catch (error) {
      if (!(error instanceof ProgramFailed)) throw error;
      if (error.message.includes("ENOENT")) {
        throw new Error("there is no `ssh` on PATH: install OpenSSH's client", { cause: error });
      }
      if (error.code === connectionCode) throw new ConnectionLost(error.printed.trim(), { cause: error });
      if (error.code === undefined) throw error;
      throw new ProgramFailed(error.code, error.printed, `Process exited with status ${error.code}`);
    }
  }

  /** Removes the key. */
  close(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private options(): string[] {
    const { port, privateKey, hostKey, perDialTimeout } = this.connection;
    const settings = {
      BatchMode: "yes",
      ConnectTimeout: String(perDialTimeout),
      LogLevel: "ERROR",
      GlobalKnownHostsFile: "/dev/null",
      ...(hostKey === undefined
        ? { StrictHostKeyChecking: "no", UserKnownHostsFile: "/dev/null" }
        : {
            StrictHostKeyChecking: "yes",
            UserKnownHostsFile: this.file("known_hosts"),
            HostKeyAlias: serverName,
            HostKeyAlgorithms: hostKey.trim().split(/\s+/)[0] ?? "",
          }),
    };
    return [
      // Nobody's settings but these.
      ...["-F", "none", "-p", String(port)],
      ...(privateKey === undefined ? [] : ["-i", this.file("key"), "-o", "IdentitiesOnly=yes"]),
      ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ];
  }

  private write(name: string, text: string): void {
    fs.writeFileSync(this.file(name), text, { mode: 0o600 });
  }

  private file(name: string): string {
    return path.join(this.folder, name);
  }
}
