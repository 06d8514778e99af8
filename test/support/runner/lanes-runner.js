import LightRunner from 'jest-light-runner';

/**
 * Runs test files in lanes beside each other. Those of the unit and service projects use all workers. System tests mostly wait for
 * processes, and what one of them measures another must not disturb: they run one after the other, in the main thread. So do those
 * that look at the memory of one process for minutes, and those in a browser, in threads of their own. With --runInBand, as with
 * --detectOpenHandles, one file follows the other, and one project the other.
 */
export default class LanesRunner {
  constructor(globalConfig, ...more) {
    this.isOneLane = globalConfig.maxWorkers === 1;
    this.workers = new LightRunner(globalConfig, ...more);
    this.mainThread = new LightRunner({ ...globalConfig, maxWorkers: 1 }, ...more);
    this.threads = new LightRunner({ ...globalConfig, maxWorkers: 2 }, ...more);
  }

  async runTests(tests, ...more) {
    if (this.isOneLane) return inTurn(Map.groupBy(tests, ({ context }) => context).values(), this.mainThread, ...more);
    const lanes = Map.groupBy(tests, laneOf);
    await Promise.all([
      this.workers.runTests(lanes.get('parallel') ?? [], ...more),
      this.mainThread.runTests(lanes.get('system') ?? [], ...more),
      inTurn(
        (lanes.get('beside') ?? []).map((test) => [test]),
        this.threads,
        ...more,
      ),
    ]);
  }
}

async function inTurn(groups, runner, ...more) {
  for (const tests of groups) await runner.runTests(tests, ...more);
}

function laneOf({ context, path }) {
  if (['unit', 'service'].includes(context.config.displayName?.name)) return 'parallel';
  return /\/rehearsal\/(memory|console)\//.test(path) ? 'beside' : 'system';
}
