import LightRunner from 'jest-light-runner';

/**
 * Runs the files of the system project one after the other, and beside them the others in all workers: system tests mostly wait for
 * processes, and what one of them measures another must not disturb.
 */
export default class LanesRunner {
  constructor(globalConfig, ...more) {
    this.parallel = new LightRunner(globalConfig, ...more);
    this.system = new LightRunner({ ...globalConfig, maxWorkers: 1 }, ...more);
  }

  async runTests(tests, ...more) {
    const isParallel = ({ context }) => ['unit', 'service'].includes(context.config.displayName?.name);
    const system = tests.filter((test) => !isParallel(test));
    await Promise.all([
      this.parallel.runTests(tests.filter(isParallel), ...more),
      this.system.runTests(system, ...more),
    ]);
  }
}
