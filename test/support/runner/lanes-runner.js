import LightRunner from 'jest-light-runner';

/**
 * Runs test files in lanes beside each other. Those of the unit and service projects use all workers. System tests mostly wait for
 * processes, and what one of them measures another must not disturb: they run one after the other. So do those that look at the memory
 * of one process for minutes, in a lane of their own.
 */
export default class LanesRunner {
  constructor(globalConfig, ...more) {
    const serial = { ...globalConfig, maxWorkers: 1 };
    this.parallel = new LightRunner(globalConfig, ...more);
    this.system = new LightRunner(serial, ...more);
    this.memory = new LightRunner(serial, ...more);
  }

  async runTests(tests, ...more) {
    const lanes = Map.groupBy(tests, (test) => this.laneOf(test));
    await Promise.all([...lanes].map(([lane, own]) => lane.runTests(own, ...more)));
  }

  laneOf({ context, path }) {
    if (['unit', 'service'].includes(context.config.displayName?.name)) return this.parallel;
    return path.includes('/rehearsal/memory/') ? this.memory : this.system;
  }
}
