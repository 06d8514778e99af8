import LightRunner from 'jest-light-runner';

/**
 * Runs the files of the unit project in all workers and, beside them, the others one after the other: those mostly wait for processes,
 * and what one of them measures another must not disturb.
 */
export default class LanesRunner {
  constructor(globalConfig, ...more) {
    this.unit = new LightRunner(globalConfig, ...more);
    this.system = new LightRunner({ ...globalConfig, maxWorkers: 1 }, ...more);
  }

  async runTests(tests, ...more) {
    const isUnit = ({ context }) => context.config.displayName?.name === 'unit';
    const system = tests.filter((test) => !isUnit(test));
    await Promise.all([this.unit.runTests(tests.filter(isUnit), ...more), this.system.runTests(system, ...more)]);
  }
}
