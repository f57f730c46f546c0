// Mutation tests (docs/development/testing.md): faults put into components and stacks one at a time; a unit test has to fail for each.

import { parts } from "./tests/mutation/parts.mjs";

/** A part's name; or files and lines to mutate, such as `components/kubernetes/quantity.ts` or `stacks/keys.ts:10-40`, by commas. */
const chosen = process.env.MUTATE;

export default {
  plugins: ["./tests/mutation/runner.mjs"],
  testRunner: "mocha-12",
  mutate: [...(parts[chosen] ?? chosen?.split(",") ?? ["components/**/*.ts", "stacks/**/*.ts"]), "!**/*.spec.ts"],
  thresholds: { high: 90, low: 90, break: chosen in parts ? 90 : null },
  coverageAnalysis: "perTest",
  // A mutant that makes tests slow counts as caught: on a busy machine that would be all of them.
  timeoutMS: 20_000,
  timeoutFactor: 2,
  dryRunTimeoutMinutes: 30,
  concurrency: Number(process.env.MUTATE_JOBS ?? 1),
  incremental: true,
  incrementalFile: "tests/mutation/output/incremental.json",
  // Beside the clone: other tools look into every folder of it.
  tempDirName: "../.stryker",
  ignorePatterns: [".git", "tests/*/output"],
  reporters: ["progress-append-only", "clear-text", "json", "html"],
  clearTextReporter: { logTests: false, allowColor: false, allowEmojis: false },
  jsonReporter: { fileName: "tests/mutation/output/report.json" },
  htmlReporter: { fileName: "tests/mutation/output/report.html" },
};
