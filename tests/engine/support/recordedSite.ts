import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CommandFailed, run } from "../../../lab/support/processes";
import type { CommandRun } from "../../support/commandRun";
import type { EngineOperation } from "../../support/engineLog";
import { perPodSettings, PulumiProject } from "../../support/pulumiProject";
import type { RecordedCall } from "../../support/recordedCall";
import { RecordingProvider } from "../../support/recordingProvider";
import { commandsFolder } from "./commands";
import { KubectlServer } from "./kubectlServer";
import { SmallCluster } from "./smallCluster";

/**
 * This repository's program as the stack `dev`, run by the plain CLI with recording providers. Its commands really run, and
 * their kubectl uses a small cluster. Stop it after the tests.
 */
export class RecordedSite {
  private readonly earlierCalls: RecordedCall[] = [];

  private constructor(
    readonly provider: RecordingProvider,
    readonly cluster: SmallCluster,
    readonly project: PulumiProject,
    private readonly release: () => void,
  ) {}

  /**
   * A stack of which nothing exists yet.
   * @param settings besides those of the preset
   * @param prepare changes the copy of the program before its stack is created. @default nothing
   */
  static async start(
    settings: Readonly<Record<string, unknown>> = perPodSettings,
    prepare: (project: PulumiProject) => Promise<void> = () => Promise.resolve(),
  ): Promise<RecordedSite> {
    const provider = new RecordingProvider();
    await provider.start();
    const cluster = new SmallCluster(provider);
    const kubectl = new KubectlServer(cluster);
    const bin = fs.mkdtempSync(path.join(os.tmpdir(), "kubectl-"));
    const environment = {
      ...provider.environment,
      ...(await kubectl.start(bin)),
      PATH: [bin, await commandsFolder(), process.env.PATH].join(path.delimiter),
    };
    const project = new PulumiProject({ stack: "dev", environment, settings });
    provider.runCommand = (command) => runCommand(command, project);
    await prepare(project);
    await project.init();
    return new RecordedSite(provider, cluster, project, () => {
      kubectl.stop();
      fs.rmSync(bin, { recursive: true });
    });
  }

  /** Calls of the providers since the last `preview`, `up`, or `destroy` began. */
  get calls(): readonly RecordedCall[] {
    return this.provider.calls;
  }

  /** Calls of the providers since the stack was created. */
  get allCalls(): readonly RecordedCall[] {
    return [...this.earlierCalls, ...this.calls];
  }

  /** Sets keys, then `pulumi up`. @throws CommandFailed */
  async up(settings: Readonly<Record<string, string>> = {}): Promise<EngineOperation> {
    if (Object.keys(settings).length > 0) await this.project.configure(settings);
    this.begin();
    try {
      return await this.project.up();
    } finally {
      this.cluster.settle();
    }
  }

  /** @throws CommandFailed */
  async preview(): Promise<EngineOperation> {
    this.begin();
    return this.project.preview();
  }

  /** @throws CommandFailed */
  async destroy(...flags: string[]): Promise<EngineOperation> {
    this.begin();
    return this.project.destroy(...flags);
  }

  stop(): void {
    this.provider.stop();
    this.project.remove();
    this.release();
  }

  /** Begins another operation: from now on `calls` contains only its own calls. */
  begin(): void {
    this.earlierCalls.push(...this.calls);
    this.provider.forget();
  }
}

/** Runs a command as the command provider does: in the project's folder, with the variables of the CLI and of the command. */
async function runCommand({ command, environment }: CommandRun, project: PulumiProject): Promise<string> {
  const [program, ...args] = command;
  try {
    const options = { cwd: project.folder, env: { ...project.environment, ...environment }, timeoutMs: 10 * 60_000 };
    return (await run(program, args, options)).trimEnd();
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new Error(`exit status ${error.code}: running "${command.at(-1)}":\n${error.output}`, { cause: error });
  }
}
