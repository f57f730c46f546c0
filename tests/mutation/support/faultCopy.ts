import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectRoot } from "../../../lab/support/paths";
import { lastLines } from "../../../lab/support/processes";
import type { Fault } from "./fault";

/** How a spec ended: the last line that Mocha's reporter of this project prints. */
interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

/** A text with the fault in it. @throws Error unless the text to replace is there once */
export function faulty(text: string, { file, what, from, to = "" }: Fault): string {
  const parts = text.split(from);
  if (parts.length === 2) return parts.join(to);
  throw new Error(`${file} has ${parts.length - 1} times, not once, the text that "${what}" replaces:\n${from}`);
}

/** A copy of the project into which faults are put: the checkout is never touched. */
export class FaultCopy {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "fault-copy-"));
  /** Specs, with their grep, that passed without a fault. */
  private readonly sound = new Set<string>();

  constructor() {
    const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    const files = execFileSync("git", list, { cwd: projectRoot, encoding: "utf8" }).split("\0");
    for (const file of files.filter((name) => name !== "" && fs.existsSync(path.join(projectRoot, name)))) {
      fs.cpSync(path.join(projectRoot, file), path.join(this.folder, file));
    }
    fs.symlinkSync(path.join(projectRoot, "node_modules"), path.join(this.folder, "node_modules"));
  }

  /** Puts a fault in, runs its tests, and takes it out. @throws Error where the tests fail without it, or pass with it */
  check(fault: Fault): void {
    const { file, what, spec, grep } = fault;
    const tests = `${spec} --grep '${grep}'`;
    const at = path.join(this.folder, file);
    const text = fs.readFileSync(at, "utf8");
    const withFault = faulty(text, fault);
    if (!this.sound.has(tests)) {
      const { passed, failed, output } = this.run(spec, grep);
      if (passed === 0 || failed > 0)
        throw new Error(`${tests} does not pass without a fault:\n${lastLines(output, 40)}`);
      this.sound.add(tests);
    }
    fs.writeFileSync(at, withFault);
    try {
      const { passed, failed, output } = this.run(spec, grep);
      if (failed === 0) throw new Error(`"${what}" in ${file} is not caught: ${passed} tests of ${tests} pass`);
      if (/SyntaxError|TransformError|PHP Parse error/.test(output))
        throw new Error(`"${what}" is no program:\n${lastLines(output, 40)}`);
    } finally {
      fs.writeFileSync(at, text);
    }
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private run(spec: string, grep: string): Outcome {
    const mocha = path.join(projectRoot, "node_modules/mocha/bin/mocha.js");
    // The test that calls this is one of Mocha's too: nothing of it is handed on. What a test that failed has left open, such as slow
    // visitors, is not waited for.
    const { stdout, stderr } = spawnSync(process.execPath, [mocha, spec, "--grep", grep, "--bail", "--exit"], {
      cwd: this.folder,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    const output = stdout + stderr;
    const [, passed, failed] = /^(\d+) passed, (\d+) failed/m.exec(output) ?? [];
    if (failed === undefined) throw new Error(`${spec} did not come to its end:\n${lastLines(output, 40)}`);
    return { passed: Number(passed), failed: Number(failed), output };
  }
}
