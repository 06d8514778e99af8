import TestRunner from 'jest-runner';

/** Runs one test file after the other, in this process: what these tests measure, another file must not disturb. */
export default class SerialRunner extends TestRunner {
  isSerial = true;
}
