/**
 * The test runner that Stryker starts in a process of its own. It runs unit tests in bare Node, as `jest.config.js` does, and loads
 * only `src/` and `test/` again for each mutant. Stryker's own runner for Jest loads all libraries again, which takes seconds.
 */
import { type InstrumenterContext, type StrykerOptions } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import * as api from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';
import { FreshModules } from './fresh-modules.ts';
import { type PlacedTest, prepare, runTest, testsOf } from './test-tree.ts';

const stryker: InstrumenterContext = {};
Object.assign(globalThis, { __stryker__: stryker });

class BareTestRunner implements api.TestRunner {
  static readonly inject = tokens(commonTokens.options);
  private readonly files: readonly string[];
  private readonly failures: unknown[] = [];
  private modules: FreshModules | null = null;
  /** What the tests took in the first run: the fastest is tried first. */
  private readonly tookMs = new Map<string, number>();

  constructor(options: StrykerOptions) {
    this.files = options.testFiles;
  }

  capabilities(): api.TestRunnerCapabilities {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    // Without a listener such an error would end the process, and Stryker would not call the mutant found.
    for (const event of ['uncaughtException', 'unhandledRejection'])
      process.on(event, (error) => this.failures.push(error));
    await prepare();
    // One counterexample is enough; a shorter one would take longer.
    fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
    this.modules = new FreshModules();
  }

  async dryRun(): Promise<api.DryRunResult> {
    const tests: api.TestResult[] = [];
    for (const test of await this.load(this.files)) tests.push(await this.run(test));
    return {
      status: api.DryRunStatus.Complete,
      tests,
      mutantCoverage: stryker.mutantCoverage ?? { static: {}, perTest: {} },
    };
  }

  async mutantRun({
    activeMutant,
    testFilter,
    reloadEnvironment,
    hitLimit,
  }: api.MutantRunOptions): Promise<api.MutantRunResult> {
    Object.assign(stryker, {
      activeMutant: activeMutant.id,
      hitCount: hitLimit === undefined ? undefined : 0,
      hitLimit,
    });
    // A mutant that runs while its file is loaded concerns every test; Stryker then names files.
    const wanted = reloadEnvironment || !testFilter ? null : new Set(testFilter);
    const files = this.files.filter((file) => !wanted || [...wanted].some((id) => id.startsWith(`${file}#`)));
    let tests: readonly PlacedTest[];
    try {
      tests = await this.load(files);
    } catch (error) {
      return killed('loading', String(error), 0);
    }
    const chosen = tests.filter(({ id }) => !wanted || wanted.has(id));
    const fastFirst = chosen.toSorted((one, other) => this.took(one) - this.took(other));
    for (const [index, test] of fastFirst.entries()) {
      const result = await this.run(test);
      const limit = api.determineHitLimitReached(stryker.hitCount, stryker.hitLimit);
      if (limit) return { status: api.MutantRunStatus.Timeout, reason: limit.reason ?? '' };
      if (result.status === api.TestStatus.Failed) return killed(test.id, result.failureMessage, index + 1);
    }
    return { status: api.MutantRunStatus.Survived, nrOfTests: chosen.length };
  }

  private took({ id }: PlacedTest): number {
    return this.tookMs.get(id) ?? 0;
  }

  private async load(files: readonly string[]): Promise<readonly PlacedTest[]> {
    this.modules?.renew();
    delete stryker.currentTestId;
    const tests: PlacedTest[] = [];
    for (const file of files) tests.push(...(await testsOf(file)));
    return tests;
  }

  private async run(test: PlacedTest): Promise<api.TestResult> {
    const startedAt = performance.now();
    stryker.currentTestId = test.id;
    this.failures.length = 0;
    await runTest(test).catch((error: unknown) => this.failures.push(error));
    await new Promise(setImmediate);
    delete stryker.currentTestId;
    const timeSpentMs = performance.now() - startedAt;
    if (!this.tookMs.has(test.id)) this.tookMs.set(test.id, timeSpentMs);
    const result = { id: test.id, name: test.id, fileName: test.file, timeSpentMs };
    const [failure] = this.failures;
    if (this.failures.length === 0) return { ...result, status: api.TestStatus.Success };
    return {
      ...result,
      status: api.TestStatus.Failed,
      failureMessage: failure instanceof Error ? (failure.stack ?? '') : String(failure),
    };
  }
}

function killed(by: string, failureMessage: string, nrOfTests: number): api.MutantRunResult {
  return { status: api.MutantRunStatus.Killed, killedBy: [by], failureMessage, nrOfTests };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'bare', BareTestRunner)];
