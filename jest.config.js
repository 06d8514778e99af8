/**
 * Real parts only: every suite starts its own servers; nothing is mocked. The runner runs test files in bare Node, without a
 * virtual environment for each: three times as fast, with the modules that the service itself is given.
 */
export const project = { injectGlobals: false, transform: {}, setupFiles: ['<rootDir>/test/support/runner/setup.ts'] };

export default {
  reporters: ['default', '<rootDir>/test/support/closing-line.reporter.js'],
  maxWorkers: 2,
  ...(process.env.TEST_ORDER_SEED === undefined ? {} : { testSequencer: '<rootDir>/test/support/random-sequencer.js' }),
  projects: [
    {
      // One part by itself: no service, no server, no other process.
      ...project,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.unit.test.ts'],
      runner: '<rootDir>/test/support/runner/lanes-runner.js',
    },
    {
      // The whole service in the test's process. Time is the test's own: it stands still until a test moves it.
      ...project,
      displayName: 'service',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [
        ...['/node_modules/', '\\.unit\\.test\\.ts$', '<rootDir>/test/system/', '<rootDir>/test/rehearsal/'],
      ],
      runner: '<rootDir>/test/support/runner/lanes-runner.js',
    },
    {
      // Processes, failovers and load: time is the machine's. One file after the other, beside the others, each asserting
      // what holds at any speed.
      ...project,
      displayName: 'system',
      testMatch: ['<rootDir>/test/system/**/*.test.ts'],
      runner: '<rootDir>/test/support/runner/lanes-runner.js',
    },
  ],
};
