import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { ResourceRequest } from "../support/provider";
import { type CommandOutput, ProgramFailed, type ProgramRun, runProgram } from "./runProgram";

/** Host and credentials. */
export interface SshConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Text of the key. @default keys of the agent or of the user's own folder */
  readonly privateKey?: string;
  /** The public key that the server must present: `ssh-ed25519 AAAA…`. @default any key is accepted */
  readonly hostKey?: string;
  /** Number of failed attempts before the last one; -1 for no limit. */
  readonly dialErrorLimit: number;
  /** Timeout of one attempt in seconds; 0 for no limit. */
  readonly perDialTimeout: number;
}

export interface RemoteRun extends Pick<ProgramRun, "env" | "stdin" | "logging" | "request"> {
  readonly script: string;
}

/** The server could not be reached, presented another key, or denied access. */
class ConnectionLost extends Error {}

/** Exit code of `ssh` if the connection failed, not the script. */
const connectionCode = 255;

/** The name under which `ssh` looks up a server's key, regardless of its address. */
const serverName = "server";

/** Exponential backoff between attempts: first pause and longest pause in milliseconds, and growth factor. */
const pause = { firstMs: 100, mostMs: 5000, growth: 1.5 };

/** Runs commands on one machine with OpenSSH's `ssh`. Until `close`, the key is in a file that only this user can read. */
export class SshSession {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-ssh-"));

  constructor(private readonly connection: SshConnection) {
    const { privateKey, hostKey } = connection;
    // `ssh` rejects a key without a trailing line break.
    if (privateKey !== undefined) this.write("key", `${privateKey.trimEnd()}\n`);
    if (hostKey !== undefined) this.write("known_hosts", `${serverName} ${hostKey.trim()}\n`);
  }

  /** Retries until the server grants access. @throws ConnectionLost */
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

  /** Runs a script in the user's remote shell. @throws ConnectionLost, ProgramFailed with the messages of Go's SSH library */
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
        throw new Error("`ssh` is not on PATH: install the OpenSSH client", { cause: error });
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
      // Ignore the user's and the machine's SSH configuration.
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
