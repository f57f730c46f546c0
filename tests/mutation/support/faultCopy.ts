import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectRoot } from "../../../lab/support/paths";
import { lastLines } from "../../../lab/support/processes";
import type { Fault } from "./fault";

/** The outcome of a spec, from the last line of this project's Mocha reporter. */
interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

/** Injects a fault into a text. @throws Error unless the text to replace occurs exactly once */
export function faulty(text: string, { file, what, from, to = "" }: Fault): string {
  const parts = text.split(from);
  if (parts.length === 2) return parts.join(to);
  throw new Error(`${file} has the text that "${what}" replaces ${parts.length - 1} times instead of once:\n${from}`);
}

/** A copy of the project for faults: the checkout is never changed. */
export class FaultCopy {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "fault-copy-"));
  /** Specs and grep patterns that passed without a fault. */
  private readonly sound = new Set<string>();

  constructor() {
    const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    const files = execFileSync("git", list, { cwd: projectRoot, encoding: "utf8" }).split("\0");
    for (const file of files.filter((name) => name !== "" && fs.existsSync(path.join(projectRoot, name)))) {
      fs.cpSync(path.join(projectRoot, file), path.join(this.folder, file));
    }
    fs.symlinkSync(path.join(projectRoot, "node_modules"), path.join(this.folder, "node_modules"));
  }

  /** Injects a fault, runs its tests, and removes it. @throws Error if the tests fail without the fault, or pass with it */
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
      if (failed === 0) throw new Error(`"${what}" in ${file} is not detected: ${passed} tests of ${tests} pass`);
      if (/SyntaxError|TransformError|PHP Parse error/.test(output))
        throw new Error(`"${what}" is not a valid program:\n${lastLines(output, 40)}`);
    } finally {
      fs.writeFileSync(at, text);
    }
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private run(spec: string, grep: string): Outcome {
    const mocha = path.join(projectRoot, "node_modules/mocha/bin/mocha.js");
    // The calling test runs in Mocha, too: its environment must not be passed on. Do not wait for what a failed test left open, such as
    // slow clients.
    const { stdout, stderr } = spawnSync(process.execPath, [mocha, spec, "--grep", grep, "--bail", "--exit"], {
      cwd: this.folder,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    const output = stdout + stderr;
    const [, passed, failed] = /^(\d+) passed, (\d+) failed/m.exec(output) ?? [];
    if (failed === undefined) throw new Error(`${spec} did not finish:\n${lastLines(output, 40)}`);
    return { passed: Number(passed), failed: Number(failed), output };
  }
}
