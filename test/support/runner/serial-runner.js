import LightRunner from 'jest-light-runner';

/** Runs one test file after the other: what these tests measure, another file must not disturb. */
export default class SerialRunner extends LightRunner {
  constructor(globalConfig, ...more) {
    super({ ...globalConfig, maxWorkers: 1 }, ...more);
  }
}
