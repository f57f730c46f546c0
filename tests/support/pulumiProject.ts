import * as fs from "node:fs";
import { parseDocument } from "yaml";
import { copyProgram } from "../../lab/programCopy";
import { projectRoot } from "../../lab/support/paths";
import { PulumiFolder } from "./pulumiFolder";

export interface PulumiProjectOptions {
  /** Name of the stack; the copy has its stack file, `Pulumi.<stack>.yaml`. */
  readonly stack: string;
  /** Variables for `PulumiFolder`. */
  readonly environment: NodeJS.ProcessEnv;
  /** Keys of the project to set in the copy's stack file; undefined ones are removed. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** Configuration of a site whose pods each have their own files, as in the tutorial. */
export const perPodSettings = { content: "perPod", contentAccessMode: undefined, pageCache: undefined };

/** A resource in the state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly protect?: boolean;
  readonly delete?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** URN of its parent component. */
  readonly parent?: string;
  /** URNs of its dependencies. */
  readonly dependencies?: readonly string[];
  /** URNs of its dependencies, by input. */
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

  /** Creates the stack. Its initial configuration is the program's stack file. @throws CommandFailed */
  async init(): Promise<void> {
    await this.pulumi("stack", "init", this.stack);
  }

  /** Sets keys of the stack's configuration, each in the project's namespace unless it names another. */
  async configure(settings: Readonly<Record<string, string>>): Promise<void> {
    const flags = Object.entries(settings).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
    await this.pulumi("config", "set-all", "--path", ...flags);
  }

  /** The resources of the stack's state; secrets are ciphertext. */
  async resources(): Promise<StateResource[]> {
    const state = JSON.parse(await this.pulumi("stack", "export")) as { deployment: { resources?: StateResource[] } };
    return state.deployment.resources ?? [];
  }
}
