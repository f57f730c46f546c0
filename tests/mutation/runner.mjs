// StrykerJS's test runner for Mocha 12: its own supports Mocha up to 11. Differences: for a mutant only the spec files with tests that cover it
// are loaded, each once, and run until one fails; and the coverage of a `before` hook counts for each test of its suite.
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import { DryRunStatus, MutantRunStatus, TestStatus } from "@stryker-mutator/api/test-runner";
import Mocha from "mocha";
import { createRequire } from "node:module";
import path from "node:path";
import { importersOf, specFiles } from "./imports.mjs";

/** Milliseconds, about three times what the slowest test takes on two slow processors. Stryker's own limit is for a loop without an end. */
const testTimeout = 20_000;

const context = (globalThis.__stryker__ ??= {});

class MochaRunner {
  /** For each spec file that is loaded a Mocha that has it alone. */
  loaded = new Map();
  /** How long each spec file took last, in milliseconds. */
  durations = new Map();

  capabilities() {
    return { reloadEnvironment: true };
  }

  /** In Stryker's copy of the project, where the files have their mutants. */
  async init() {
    this.root = process.cwd();
    this.require = createRequire(path.join(this.root, "package.json"));
    this.require("tsx/cjs");
    // Pulumi's SDK takes a stack for every promise, which was half of the time of the tests.
    process.setSourceMapsEnabled(false);
    Error.stackTraceLimit = 0;
  }

  async dryRun({ files = [] }) {
    context.mutantCoverage = { static: {}, perTest: {} };
    const importers = new Set(files.flatMap((file) => importersOf(this.root, path.resolve(this.root, file))));
    const specs = specFiles(this.root).filter((spec) => importers.size === 0 || importers.has(spec));
    const hooks = new Map();
    const watch = {
      hook: (hook) => {
        const id = `\0${hooks.size}`;
        hooks.set(id, hook.title.startsWith('"before all"') ? hook.parent : undefined);
        context.currentTestId = id;
      },
      test: (test) => (context.currentTestId = identify(this.root, test)),
      end: () => (context.currentTestId = undefined),
    };
    const { tests, failure } = await this.run(specs, /^/, { watch });
    if (failure) return { status: DryRunStatus.Error, errorMessage: `${failure.id}: ${failure.message}` };
    return { status: DryRunStatus.Complete, tests, mutantCoverage: this.spread(context.mutantCoverage, hooks) };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, sandboxFileName, mutantActivation }) {
    context.hitCount = hitLimit === undefined ? undefined : 0;
    context.hitLimit = hitLimit;
    const isStatic = mutantActivation === "static";
    const covering = testFilter && new Set(testFilter.map((id) => path.join(this.root, specOf(id))));
    const duration = (spec) => this.durations.get(spec) ?? 0;
    const specs = importersOf(this.root, sandboxFileName)
      .filter((spec) => covering?.has(spec) ?? true)
      .sort((one, other) => duration(one) - duration(other));
    const titles = testFilter ? new RegExp(`^(?:${testFilter.map((id) => escaped(titleOf(id))).join("|")})$`) : /^/;
    if (isStatic) this.forget();
    try {
      const { tests, failure } = await this.run(specs, titles, { mutant: activeMutant.id, isStatic });
      const nrOfTests = tests.length;
      if (context.hitCount > hitLimit) return { status: MutantRunStatus.Timeout, reason: "hit limit" };
      if (!failure) return { status: MutantRunStatus.Survived, nrOfTests };
      return { status: MutantRunStatus.Killed, killedBy: [failure.id], failureMessage: failure.message, nrOfTests };
    } catch (error) {
      // What cannot even be loaded is noticed by every test.
      return { status: MutantRunStatus.Killed, killedBy: [], failureMessage: String(error), nrOfTests: 0 };
    } finally {
      if (isStatic) this.forget();
      context.activeMutant = undefined;
    }
  }

  /** @returns a Mocha with this spec file alone, loaded once: loading takes longer than most tests */
  load(spec) {
    const known = this.loaded.get(spec);
    if (known) return known;
    const mocha = new Mocha({ timeout: testTimeout, reporter: class {} });
    mocha.cleanReferencesAfterRun(false);
    mocha.bail(true);
    mocha.addFile(spec);
    mocha.loadFiles();
    this.loaded.set(spec, mocha);
    return mocha;
  }

  /**
   * Gives what a `before` hook covered to each test of its suite, and what an `after` hook covered to none. What a test covers counts as
   * covered by the test, also where loading a file covers it.
   */
  spread({ static: loading, perTest }, hooks) {
    for (const [id, suite] of hooks) {
      const covered = Object.entries(perTest[id] ?? {});
      delete perTest[id];
      suite?.eachTest((test) => {
        const own = (perTest[identify(this.root, test)] ??= {});
        for (const [mutant, hits] of covered) own[mutant] = (own[mutant] ?? 0) + hits;
      });
    }
    const byTests = new Set(Object.values(perTest).flatMap((covered) => Object.keys(covered)));
    return { static: Object.fromEntries(Object.entries(loading).filter(([mutant]) => !byTests.has(mutant))), perTest };
  }

  /** Has all files of the project loaded again at their next use. */
  forget() {
    for (const file of Object.keys(this.require.cache)) {
      if (file.startsWith(this.root) && !file.includes("/node_modules/")) delete this.require.cache[file];
    }
    this.loaded.clear();
  }

  /**
   * Runs the tests of spec files until one fails.
   *
   * @param watch is told of each hook and test, and of its end
   * @param mutant is active while tests run, and while files are loaded only if it is static: those stay loaded for other mutants
   */
  async run(specs, titles, { watch = {}, mutant, isStatic = false }) {
    const tests = [];
    for (const spec of specs) {
      context.activeMutant = isStatic ? mutant : undefined;
      const mocha = this.load(spec).grep(titles);
      context.activeMutant = mutant;
      const start = Date.now();
      const failure = await this.runFile(mocha, tests, watch);
      this.durations.set(spec, Date.now() - start);
      if (failure) return { tests, failure };
    }
    return { tests };
  }

  runFile(mocha, tests, watch) {
    let failure;
    return new Promise((resolve) => {
      const runner = mocha.run(() => {
        // Else it goes on to hear unhandled rejections, and hands them to the next runner and back for ever.
        runner.dispose();
        resolve(failure);
      });
      runner.on("hook", (hook) => /all"/.test(hook.title) && watch.hook?.(hook));
      runner.on("hook end", (hook) => /all"/.test(hook.title) && watch.end?.());
      runner.on("test", (test) => watch.test?.(test));
      runner.on("test end", (test) => {
        watch.end?.();
        const timeSpentMs = test.duration ?? 0;
        const status = test.isPending() ? TestStatus.Skipped : TestStatus.Success;
        const id = identify(this.root, test);
        tests.push({ id, name: id, timeSpentMs, status });
      });
      runner.on("fail", (runnable, error) => {
        failure ??= { id: identify(this.root, runnable), message: error?.stack ?? String(error) };
      });
    });
  }
}

const separator = ": ";

/** Names a test by its spec file and title. */
function identify(root, runnable) {
  return `${path.relative(root, runnable.file ?? runnable.parent.file)}${separator}${runnable.fullTitle()}`;
}

function specOf(id) {
  return id.slice(0, id.indexOf(separator));
}

function titleOf(id) {
  return id.slice(id.indexOf(separator) + separator.length);
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "mocha-12", MochaRunner)];
