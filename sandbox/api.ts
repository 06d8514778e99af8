import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import { connectorNames } from './connectors.ts';

/** The addressees of requests: the units in which requests are counted and faults are set. */
export const sources = [
  'reseller',
  'token',
  'billingCustomers',
  'otherConnectors',
  'unrouted',
  ...connectorNames,
] as const;
export type Source = (typeof sources)[number];

/**
 * The outcome of a request before any fault.
 * `refused`: credentials, headers, parameters or method are wrong. `replayed`: given a stored answer.
 */
export type Outcome = 'accepted' | 'refused' | 'replayed' | 'duplicateRequestId' | 'invalidId';

export interface Decision {
  readonly source: Source;
  readonly outcome: Outcome;
  readonly answer: Answer;
  /** Called with the answer really given, as its headers go out; never called for a request that gets no answer. */
  readonly onAnswered?: (answer: Answer) => void;
}

/** One of the three upstream services. */
export interface Api {
  decide(call: Call): Decision;
  /** The documented answer of an error status; a plausible one where nothing is documented. */
  readonly documented: (status: number) => Answer;
}
