/** Real parts only: every suite starts its own servers; nothing is mocked. ES modules, so jest runs with --experimental-vm-modules. */
const project = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  injectGlobals: false,
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2023',
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
};

export default {
  reporters: ['default', '<rootDir>/test/support/closing-line.reporter.js'],
  maxWorkers: 2,
  // It ends a test that hangs. Nothing is measured by it, so it is long enough for a machine that is busy.
  testTimeout: 60_000,
  projects: [
    {
      // Time is the test's own: it stands still until a test moves it.
      ...project,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/system/'],
    },
    {
      // Processes, failovers and load: time is the machine's. One file after the other, each asserting what holds at any speed.
      ...project,
      displayName: 'system',
      testMatch: ['<rootDir>/test/system/**/*.test.ts'],
      runner: '<rootDir>/test/support/serial-runner.js',
    },
  ],
};
