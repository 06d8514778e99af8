/** Real parts only: every suite starts its own servers; nothing is mocked. ES modules, so jest runs with --experimental-vm-modules. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  injectGlobals: false,
  reporters: ['default', '<rootDir>/test/support/closing-line.reporter.js'],
  maxWorkers: 2,
  // A test that fails may leave its servers behind; the run must end all the same.
  forceExit: true,
  testTimeout: 20_000,
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
