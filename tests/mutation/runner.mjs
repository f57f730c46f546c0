// A StrykerJS test runner for Mocha 12, because StrykerJS's own supports only Mocha up to 11. Differences: for a mutant, only the spec
// files with tests that cover it are loaded, each once, and run until one fails; the coverage of a `before` hook counts for each test of
// its suite.
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import { DryRunStatus, MutantRunStatus, TestStatus } from "@stryker-mutator/api/test-runner";
import Mocha from "mocha";
import { createRequire } from "node:module";
import path from "node:path";
import { importersOf, specFiles } from "./imports.mjs";

/** Milliseconds: about three times the duration of the slowest test on two slow processors. Stryker's own limit detects infinite loops. */
const testTimeout = 20_000;

const context = (globalThis.__stryker__ ??= {});

class MochaRunner {
  /** A Mocha instance for each loaded spec file. */
  loaded = new Map();
  /** Last duration of each spec file, in milliseconds. */
  durations = new Map();

  capabilities() {
    return { reloadEnvironment: true };
  }

  /** Runs in Stryker's copy of the project, whose files contain the mutants. */
  async init() {
    this.root = process.cwd();
    this.require = createRequire(path.join(this.root, "package.json"));
    this.require("tsx/cjs");
    // Pulumi's SDK records a stack trace for every promise, which took half of the test time.
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
      // Every test detects a mutant that cannot be loaded.
      return { status: MutantRunStatus.Killed, killedBy: [], failureMessage: String(error), nrOfTests: 0 };
    } finally {
      if (isStatic) this.forget();
      context.activeMutant = undefined;
    }
  }

  /** @returns a Mocha instance with only this spec file. Loaded once, because loading takes longer than most tests */
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
   * Assigns the coverage of a `before` hook to each test of its suite, and that of an `after` hook to none. The coverage of a test counts
   * for the test, even if loading a file covers the same.
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

  /** Clears the module cache, so that all files of the project are loaded again. */
  forget() {
    for (const file of Object.keys(this.require.cache)) {
      if (file.startsWith(this.root) && !file.includes("/node_modules/")) delete this.require.cache[file];
    }
    this.loaded.clear();
  }

  /**
   * Runs the tests of spec files until one fails.
   *
   * @param watch callbacks for the start and end of each hook and test
   * @param mutant active while tests run; while files are loaded, only if it is static, because files stay loaded for other mutants
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
        // Otherwise it keeps listening for unhandled rejections, and passes them to the next runner and back forever.
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
