import { isRecent, pulumiVersion } from "../pulumi/cli";
import { CommandFailed, lastLines, run } from "../support/processes";

/** Milliseconds that a program may take to tell its version: Docker Desktop answers slowly while it starts. */
const answerTimeoutMs = 30_000;

/** A program that `npm run try` needs for kind. */
export type ProgramName = keyof typeof programs;

/** Whether a program answers. The problem is a clause, the remedy what to do about it. */
export type Answer =
  | { readonly isThere: true; readonly version: string }
  | { readonly isThere: false; readonly problem: string; readonly remedy: string };

interface NeededProgram {
  readonly title: string;
  /** Arguments with which it prints its version. */
  readonly args: readonly string[];
  /** The page that says how to install it. */
  readonly page: string;
  /** What to do where it is installed and does not answer, by the words that it said. */
  readonly remedy: (words: string) => string;
  /** What is wrong with a version that answered. */
  readonly versionProblem?: (version: string) => string | undefined;
}

const programs = {
  docker: {
    title: "Docker",
    args: ["version", "--format", "{{.Server.Version}}"],
    page: "https://docs.docker.com/get-started/get-docker/",
    remedy: (words) =>
      /permission denied/i.test(words)
        ? "let your user use it: sudo usermod --append --groups docker $USER, then log in again"
        : "start Docker Desktop, or on Linux: sudo systemctl start docker",
  },
  kind: {
    title: "kind",
    args: ["version"],
    page: "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
    remedy: () => "install it again: https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
  },
  kubectl: {
    title: "kubectl",
    args: ["version", "--client"],
    page: "https://kubernetes.io/docs/tasks/tools/",
    remedy: () => "install it again: https://kubernetes.io/docs/tasks/tools/",
  },
  pulumi: {
    title: "The Pulumi CLI",
    args: ["version"],
    page: "https://www.pulumi.com/docs/iac/download-install/",
    remedy: () => "install it again: https://www.pulumi.com/docs/iac/download-install/",
    versionProblem: (version) =>
      isRecent(`v${version}`) ? undefined : `is version ${version}, and the program needs ${pulumiVersion} or later`,
  },
} as const satisfies Readonly<Record<string, NeededProgram>>;

/** Asks a program on PATH for its version. */
export async function askProgram(name: ProgramName): Promise<Answer> {
  const { title, args, page, remedy, versionProblem }: NeededProgram = programs[name];
  try {
    const output = await run(name, args, { timeoutMs: answerTimeoutMs });
    const version = /\d+\.\d+\.\d+\S*/.exec(output)?.[0] ?? output.trim();
    const problem = versionProblem?.(version);
    return problem === undefined
      ? { isThere: true, version }
      : { isThere: false, problem: `${title} ${problem}`, remedy: `install a later one: ${page}` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return { isThere: false, problem: `${title} is not on PATH`, remedy: `install it: ${page}` };
    }
    if (!(error instanceof CommandFailed)) throw error;
    const words = lastLines(error.output, 1) || `it ended with ${error.code}`;
    return { isThere: false, problem: `${title} does not answer (${words})`, remedy: remedy(error.output) };
  }
}
