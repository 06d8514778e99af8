/** Mutants that no test finds, each with the reason. `npm run mutation` fails on another one, and on an entry that is no longer true. */
export interface AcceptedSurvivor {
  readonly code: string;
  readonly mutant: string;
  readonly reason: string;
}

const NO_SUCH_VALUE = 'The value is always there; the type cannot say so.';
const SAVES_MEMORY = 'It only frees memory: the result is the same.';
const SAVES_TIME = 'It only saves time: the result is the same.';

export const SURVIVORS: Readonly<Record<string, readonly AcceptedSurvivor[]>> = {
  'src/profile-merge/field-choice.ts': [{ code: 'value !== shown', mutant: 'true', reason: SAVES_TIME }],
  'src/profile-merge/merge.ts': [
    { code: 'part?.value', mutant: 'part.value', reason: NO_SUCH_VALUE },
    { code: 'part?.ambiguous', mutant: 'part.ambiguous', reason: NO_SUCH_VALUE },
  ],
  'src/profile-merge/matching/email-domains.ts': [
    { code: 'false', mutant: 'true', reason: SAVES_TIME },
    { code: '{ extractHostname: false }', mutant: '{}', reason: SAVES_TIME },
    { code: 'one === other', mutant: 'false', reason: SAVES_TIME },
  ],
  'src/profile-merge/matching/partner-code.ts': [
    {
      code: 'opening === undefined',
      mutant: 'false',
      reason: 'Only a name with the word "undefined" and a code after it would show it.',
    },
  ],
  'src/resilience/admission.ts': [
    { code: "'abort'", mutant: '""', reason: SAVES_MEMORY },
    { code: 'own === 0', mutant: 'false', reason: SAVES_MEMORY },
    { code: 'this.runningOf.delete(owner);', mutant: ';', reason: SAVES_MEMORY },
  ],
  'src/resilience/bulkhead.ts': [
    { code: "'abort'", mutant: '""', reason: SAVES_MEMORY },
    { code: 'this.judging?.cancel', mutant: 'this.judging.cancel', reason: NO_SUCH_VALUE },
    { code: 'this.running === maxConcurrent', mutant: 'true', reason: SAVES_TIME },
  ],
  'src/resilience/circuit-breaker.ts': [
    {
      code: "acquired.name === 'half-open'",
      mutant: 'true',
      reason: 'It then counts the calls of a closed state, too, which nothing reads.',
    },
    { code: '1 + jitter', mutant: '1 - jitter', reason: 'The random share is as often above 0 as below it.' },
  ],
  'src/resilience/fair-queue.ts': [{ code: 'item === undefined', mutant: 'false', reason: NO_SUCH_VALUE }],
  'src/resilience/rolling-count.ts': [{ code: 'this.dropOld(now);', mutant: ';', reason: SAVES_MEMORY }],
  'src/resilience/single-flight.ts': [
    { code: "{ leaving.removeEventListener('abort', leave); }", mutant: '{}', reason: SAVES_MEMORY },
    { code: "'abort'", mutant: '""', reason: SAVES_MEMORY },
  ],
  'src/resilience/token-bucket.ts': [
    {
      code: 'lacking < ROUNDING',
      mutant: 'lacking <= ROUNDING',
      reason: 'Whether a lack of just the rounding error counts decides nothing.',
    },
  ],
  'src/resilience/work-turns.ts': [
    { code: 'this.waiting.shift()?.()', mutant: 'this.waiting.shift()()', reason: NO_SUCH_VALUE },
  ],
};
