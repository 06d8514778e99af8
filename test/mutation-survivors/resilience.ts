import { NO_SUCH_VALUE, SAVES_MEMORY, SAVES_TIME, type Survivors } from './survivor.ts';

export const RESILIENCE: Survivors = {
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
};
