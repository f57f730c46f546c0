import * as fs from "node:fs";
import * as path from "node:path";
import { installPlugins } from "../../../lab/plugins/install";
import { ensurePulumi } from "../../../lab/pulumi/cli";
import { projectRoot } from "../../../lab/support/paths";
import type { EngineOperation } from "../../support/engineLog";
import { PulumiFolder } from "../../support/pulumiFolder";

// Tests must not download plugins.
process.env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";

export interface SmallProgramOptions {
  /** `runtime.options` of its Pulumi.yaml. @default plain JavaScript */
  readonly runtime?: Readonly<Record<string, unknown>>;
  /** Whether to install this project's packages in it. @default true */
  readonly packages?: boolean;
  /** Variables that select `pulumi` and the plugins. @default both are installed for this program only */
  readonly environment?: NodeJS.ProcessEnv;
}

/** A resource in the state. */
export interface SmallResource {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** A program of a few lines. */
export class SmallProgram extends PulumiFolder {
  private constructor(environment: NodeJS.ProcessEnv) {
    super({ PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true", ...environment });
    this.environment.RUNS = this.inFolder("runs");
  }

  /** Creates a program without a stack. */
  static async write(source: string, options: SmallProgramOptions = {}): Promise<SmallProgram> {
    const { runtime, packages = true, environment } = options;
    const program = new SmallProgram(environment ?? {});
    const nodejs = { name: "nodejs", options: { typescript: false, ...runtime } };
    program.put("Pulumi.yaml", JSON.stringify({ name: "small", runtime: nodejs }));
    program.put("package.json", "{}");
    program.change(source);
    if (packages) fs.symlinkSync(path.join(projectRoot, "node_modules"), program.inFolder("node_modules"));
    if (!environment) await program.installPulumi();
    return program;
  }

  /** Creates a program and its stack `dev`. */
  static async start(source: string, options?: SmallProgramOptions): Promise<SmallProgram> {
    const program = await SmallProgram.write(source, options);
    await program.pulumi("stack", "init", "dev");
    return program;
  }

  /** Replaces the program. Its first line imports Pulumi's packages under their usual names. */
  change(source: string): void {
    const imports = "pulumi, random, command".split(", ");
    const lines = imports.map((name) => `const ${name} = require("@pulumi/${name}");`);
    this.put("index.js", `${lines.join(" ")}\n${source}\n`);
  }

  /** Writes a file, and creates its folder. */
  put(file: string, text: string): void {
    fs.mkdirSync(path.dirname(this.inFolder(file)), { recursive: true });
    fs.writeFileSync(this.inFolder(file), text);
  }

  /** Runs `pulumi destroy` without a preview. @throws CommandFailed */
  override async destroy(): Promise<EngineOperation> {
    return super.destroy("--skip-preview");
  }

  /** Lines that the program's scripts wrote to the file in `$RUNS` since the last call. */
  runs(): string[] {
    const file = this.inFolder("runs");
    if (!fs.existsSync(file)) return [];
    const lines = fs.readFileSync(file, "utf8").trimEnd().split("\n");
    fs.rmSync(file);
    return lines;
  }

  /** The text of the checkpoint file: secrets are ciphertext. */
  stateText(): string {
    return fs.readFileSync(this.stateFile("small/dev"), "utf8");
  }

  /** All resources of the state, by name in the program. */
  resources(): Readonly<Record<string, SmallResource>> {
    const { checkpoint } = JSON.parse(this.stateText()) as { checkpoint: { latest: { resources?: SmallResource[] } } };
    const found = checkpoint.latest.resources ?? [];
    return Object.fromEntries(found.map((resource) => [resource.urn.split("::").at(-1) ?? "", resource]));
  }

  private async installPulumi(): Promise<void> {
    const [bin, home] = [this.inFolder(".bin"), this.inFolder(".home")];
    fs.mkdirSync(bin);
    fs.symlinkSync(await ensurePulumi(), path.join(bin, "pulumi"));
    await installPlugins(home, bin);
    this.environment.PATH = [bin, process.env.PATH].join(path.delimiter);
  }
}
