import { createHash } from 'node:crypto';
import Sequencer from '@jest/test-sequencer';

/** Runs the files in an order that TEST_ORDER_SEED decides, so that no file depends on those that ran before it in its process. */
export default class RandomSequencer extends Sequencer {
  sort(tests) {
    const place = new Map(tests.map((test) => [test, placeOf(test.path)]));
    return tests.toSorted((one, other) => place.get(one).localeCompare(place.get(other)));
  }
}

const placeOf = (path) => createHash('sha256').update(`${process.env.TEST_ORDER_SEED} ${path}`).digest('hex');
