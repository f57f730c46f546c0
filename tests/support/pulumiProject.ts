import * as fs from "node:fs";
import { parseDocument } from "yaml";
import { copyProgram } from "../../lab/programCopy";
import { projectRoot } from "../../lab/support/paths";
import { PulumiFolder } from "./pulumiFolder";

export interface PulumiProjectOptions {
  /** Name of the stack; the copy has its stack file, `Pulumi.<stack>.yaml`. */
  readonly stack: string;
  /** As `PulumiFolder` takes them. */
  readonly environment: NodeJS.ProcessEnv;
  /** What the copy's stack file says besides, or no more where it is undefined: keys of the project. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** Settings of a site whose pods each have files of their own, as in the chapter. */
export const perPodSettings = { content: "perPod", contentAccessMode: undefined, pageCache: undefined };

/** A resource as the state has it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly protect?: boolean;
  readonly delete?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** URN of the component that it belongs to. */
  readonly parent?: string;
  /** URNs of what it depends on. */
  readonly dependencies?: readonly string[];
  /** The same by its inputs. */
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
}

/** A copy of this repository's program. */
export class PulumiProject extends PulumiFolder {
  private readonly stack: string;

  constructor({ stack, environment, settings = {} }: PulumiProjectOptions) {
    super(environment);
    this.stack = stack;
    copyProgram(projectRoot, this.folder, stack, "linked");
    const file = this.inFolder(`Pulumi.${stack}.yaml`);
    const document = parseDocument(fs.readFileSync(file, "utf8"));
    for (const [key, value] of Object.entries(settings)) {
      const path = ["config", key];
      if (value === undefined) document.deleteIn(path);
      else document.setIn(path, value);
    }
    fs.writeFileSync(file, document.toString());
  }

  /** Makes the stack. The stack file that comes with the program holds its first settings. @throws CommandFailed */
  async init(): Promise<void> {
    await this.pulumi("stack", "init", this.stack);
  }

  /** Sets keys of the stack's configuration, each in the project's namespace unless it names another. */
  async configure(settings: Readonly<Record<string, string>>): Promise<void> {
    const flags = Object.entries(settings).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
    await this.pulumi("config", "set-all", "--path", ...flags);
  }

  /** What the stack's state holds; secrets are ciphertext. */
  async resources(): Promise<StateResource[]> {
    const state = JSON.parse(await this.pulumi("stack", "export")) as { deployment: { resources?: StateResource[] } };
    return state.deployment.resources ?? [];
  }
}
