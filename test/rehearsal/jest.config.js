import shared, { project } from '../../jest.config.js';

/** System tests that take long, one file after the other, and beside them those that look at memory and those of the console: `npm run rehearse`. */
export default {
  ...project,
  rootDir: '../..',
  // Jest's own default on two cores is one, which is one lane.
  maxWorkers: shared.maxWorkers,
  reporters: shared.reporters.map((name) => name.replace('<rootDir>', new URL('../..', import.meta.url).pathname)),
  displayName: 'rehearsal',
  testMatch: ['<rootDir>/test/rehearsal/**/*.test.ts'],
  runner: '<rootDir>/test/support/runner/lanes-runner.js',
};
