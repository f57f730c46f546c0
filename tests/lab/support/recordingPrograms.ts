import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** One run of a recording program. */
export interface RecordedRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Empty unless an argument is `-`: only then a program reads it. */
  readonly stdin: string;
  /** The recorded variables; null where one is not set. */
  readonly env: Readonly<Record<string, string | null>>;
}

/** The answer of a recording program to arguments that begin with `args`. The first one that fits counts. */
export interface CannedAnswer {
  readonly args: string;
  readonly stdout?: string;
  readonly stderr?: string;
  /** @default 0 */
  readonly code?: number;
}

/** Control characters that end a field and a record of the trail, and stand for a variable that is not set. */
const [endOfField, endOfRecord, notSet] = ["\x1f", "\x1e", "\x01"];

/**
 * Programs in a folder of their own that record their runs and print canned answers, in place of those on PATH. Without an answer that
 * fits they print nothing and exit with 0.
 */
export class RecordingPrograms {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "recording-programs-"));
  /** A PATH with these programs alone. */
  readonly path = path.join(this.folder, "bin");
  private readonly trail = path.join(this.folder, "trail");

  /** @param variables names of the variables to record */
  constructor(private readonly variables: readonly string[] = []) {
    fs.mkdirSync(this.path);
    fs.writeFileSync(this.trail, "");
  }

  /** Adds a program, or replaces it. */
  put(name: string, answers: readonly CannedAnswer[] = []): void {
    // Shells start ten times as fast as Node.
    const script = `#!/bin/sh
case " $* " in *" - "*) stdin=$(/bin/cat; printf x) ;; *) stdin=x ;; esac
printf '%s\\037' ${quoted(name)} "$PWD" "$stdin" ${this.variables.map((variable) => `"\${${variable}-$(printf '\\001')}"`).join(" ")} "$@" >>${quoted(this.trail)}
printf '\\036' >>${quoted(this.trail)}
case "$*" in
${answers.map(toCase).join("\n")}
esac
`;
    fs.writeFileSync(path.join(this.path, name), script, { mode: 0o755 });
  }

  delete(name: string): void {
    fs.rmSync(path.join(this.path, name));
  }

  /** The runs so far, the oldest first. */
  runs(): RecordedRun[] {
    const records = fs.readFileSync(this.trail, "utf8").split(endOfRecord).slice(0, -1);
    return records.map((record) => {
      const [program = "", cwd = "", stdin = "", ...rest] = record.split(endOfField).slice(0, -1);
      const env = this.variables.map((name, index) => [name, rest[index] === notSet ? null : rest[index]]);
      const args = rest.slice(this.variables.length);
      return { program, args, cwd, stdin: stdin.slice(0, -1), env: Object.fromEntries(env) as RecordedRun["env"] };
    });
  }

  /** The runs so far as one would type them. */
  commands(): string[] {
    return this.runs().map(({ program, args }) => [program, ...args].join(" "));
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true });
  }
}

function toCase({ args, stdout = "", stderr = "", code = 0 }: CannedAnswer): string {
  return `${quoted(args)}*) printf %s ${quoted(stdout)}; printf %s ${quoted(stderr)} >&2; exit ${code} ;;`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
