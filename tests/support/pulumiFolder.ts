import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { turnOffAutomaticLog } from "../../lab/pulumi/automaticLog";
import { run } from "../../lab/support/processes";
import { type EngineOperation, readEngineLog } from "./engineLog";

/** Timeout of a Pulumi command in milliseconds. */
const commandTimeoutMs = 20 * 60_000;

/** A program in its own folder, with its state, operated with the plain `pulumi` as by a user. */
export abstract class PulumiFolder {
  /** Real path of the folder: every command runs in it. */
  readonly folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "wordpress-")));
  /** The file backend's folder, unless another backend is set. */
  readonly stateFolder = this.inFolder(".state");
  /** Variables of every command, in addition to this process's. */
  readonly environment: NodeJS.ProcessEnv;
  private readonly stacksFolder = path.join(this.stateFolder, ".pulumi/stacks");
  private readonly transcriptFile = this.inFolder(".transcript");

  /**
   * @param environment variables of every command, in addition to this process's: PATH, the providers to use, KUBECONFIG.
   *   PULUMI_HOME, PULUMI_BACKEND_URL and PULUMI_CONFIG_PASSPHRASE default to the folder's own.
   */
  constructor(environment: NodeJS.ProcessEnv) {
    fs.mkdirSync(this.stateFolder);
    const home = this.inFolder(".home");
    if (environment.PULUMI_HOME === undefined) turnOffAutomaticLog(home);
    this.environment = {
      ...withoutShellSettings(),
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${this.stateFolder}`,
      PULUMI_CONFIG_PASSPHRASE: "correct horse battery staple",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DEBUG_COMMANDS: "true",
      ...environment,
    };
  }

  inFolder(file: string): string {
    return path.join(this.folder, file);
  }

  /** Runs any Pulumi command. Returns its standard output. @throws CommandFailed */
  async pulumi(...args: string[]): Promise<string> {
    return this.run(args);
  }

  /** Sets a key as a secret, whose value is on no command line. */
  async configureSecret(key: string, value: string): Promise<void> {
    await this.run(["config", "set", "--secret", key], value);
  }

  /** @throws CommandFailed */
  async preview(...flags: string[]): Promise<EngineOperation> {
    return this.operation("preview", ...flags);
  }

  /** Runs `pulumi up` without a preview. @throws CommandFailed */
  async up(...flags: string[]): Promise<EngineOperation> {
    return this.operation("up", "--yes", "--skip-preview", ...flags);
  }

  /** What docs/how-to/recover-from-a-crash.md says of a state in a folder. @throws CommandFailed */
  async cancel(): Promise<void> {
    await run("find", [this.stacksFolder, "-name", "*.attrs", "-size", "0", "-delete"]);
    await this.pulumi("cancel", "--yes");
  }

  /** Runs `pulumi refresh` without a preview. @throws CommandFailed */
  async refresh(...flags: string[]): Promise<EngineOperation> {
    return this.operation("refresh", "--yes", "--skip-preview", ...flags);
  }

  /** Runs `pulumi destroy` with its preview, which refuses protected resources before anything is deleted. @throws CommandFailed */
  async destroy(...flags: string[]): Promise<EngineOperation> {
    return this.operation("destroy", "--yes", ...flags);
  }

  /** The stack's outputs; a secret one is `[secret]`, unless flags show secrets. */
  async outputs(...flags: string[]): Promise<Record<string, unknown>> {
    return JSON.parse(await this.pulumi("stack", "output", "--json", ...flags)) as Record<string, unknown>;
  }

  /** All commands so far, with their output. */
  get transcript(): string {
    return fs.readFileSync(this.transcriptFile, "utf8");
  }

  /** The file backend's state file of a stack. @param stack with its project, e.g. `wordpress/dev` */
  stateFile(stack: string): string {
    return path.join(this.stacksFolder, `${stack}.json`);
  }

  /** Removes the folder, including the state. */
  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  protected async run(args: readonly string[], input?: string): Promise<string> {
    return run("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd: this.folder,
      env: this.environment,
      log: this.transcriptFile,
      timeoutMs: commandTimeoutMs,
      ...(input === undefined ? {} : { input }),
    });
  }

  private async operation(...args: string[]): Promise<EngineOperation> {
    const log = this.inFolder(".events");
    fs.rmSync(log, { force: true });
    const output = await this.pulumi(...args, "--event-log", log);
    return { output, ...readEngineLog(fs.readFileSync(log, "utf8")) };
  }
}

/** Removes Pulumi's variables of the shell, which could select another stack, backend or account. */
function withoutShellSettings(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter((name) => name.startsWith("PULUMI_"));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
