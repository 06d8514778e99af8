import fc from 'fast-check';
import { anySchedule } from './any-schedule.ts';
import { type Host } from './estate.ts';
import { run } from './run.ts';
import { type Schedule } from './schedule.ts';

/** Where to look for a schedule that fails, and for how long. */
export interface Search {
  readonly schedules: number;
  readonly maxSteps: number;
  /** Ends the search, and the shortening of a schedule that fails. */
  readonly withinMs: number;
  /** The seed of the run by default. */
  readonly seed?: number;
}

/**
 * Runs random schedules. @returns how many held
 * @throws Error with the shortest failing schedule that was found, as a script, and the seed
 */
export async function search(hostOf: () => Host, { schedules, maxSteps, withinMs, seed }: Search): Promise<number> {
  const property = fc.asyncProperty(anySchedule(maxSteps), (schedule) => run(hostOf(), schedule));
  const outcome = await fc.check(property, {
    ...{ numRuns: schedules, interruptAfterTimeLimit: withinMs, ...(seed === undefined ? {} : { seed }) },
  });
  if (outcome.failed && outcome.counterexample !== null)
    throw new Error(`seed ${outcome.seed}: ${String(outcome.errorInstance)}`);
  return outcome.numRuns;
}

/** Runs the schedule that a script ends with. */
export async function replay(hostOf: () => Host, script: string): Promise<void> {
  await run(hostOf(), JSON.parse(script) as Schedule);
}
