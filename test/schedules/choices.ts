import fc from 'fast-check';
import { CUSTOMERS, ORGANISATIONS, PROCESSES } from './schedule.ts';

/** The process that is asked. */
export const by = fc.constantFrom(...PROCESSES);

/** One customer most often, as what happens to one makes the next step harder. */
export const subject = {
  of: fc.constantFrom(0, 0, 0, ...ORGANISATIONS),
  customer: fc.constantFrom(0, 0, 0, ...CUSTOMERS),
} as const;

/** One of these, each as often as it is named. */
export const one = <const T extends readonly unknown[]>(...values: T): fc.Arbitrary<T[number]> =>
  fc.constantFrom(...values);
