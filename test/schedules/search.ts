import fc from 'fast-check';
import { anySchedule } from './any-schedule.ts';
import { type Host } from './estate.ts';
import { run } from './run.ts';
import { type Schedule, type Step } from './schedule.ts';
import { scriptOf } from './script.ts';
import { type Failure, shorten } from './shorten.ts';

/** Where to look for a schedule that fails, and for how long. */
export interface Search {
  readonly schedules: number;
  readonly maxSteps: number;
  /** Ends the search, and the shortening of a schedule that fails; that has `SHORTEN_MS` at least. */
  readonly withinMs: number;
  /** Steps of which it is false are left out: the service has no route for them. */
  readonly isOffered?: (step: Step) => boolean;
}

const SHORTEN_MS = 40_000;

/**
 * Runs random schedules. @returns how many held
 * @throws Error with a short failing schedule, as a script, and the seed
 */
export async function search(
  hostOf: () => Host,
  { schedules, maxSteps, withinMs, isOffered = () => true }: Search,
): Promise<number> {
  const over = AbortSignal.timeout(withinMs);
  const fails = (schedule: Schedule): Promise<Failure | null> => run(hostOf(), schedule);
  const found: Failure[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const offered = anySchedule(maxSteps).map(({ setting, steps }) => ({ setting, steps: steps.filter(isOffered) }));
  const property = fc.asyncProperty(offered, async (schedule) => {
    const running = fails(schedule);
    last = running;
    const failure = await running;
    if (failure) found.push(failure);
    return failure === null;
  });
  // Its own way to shorten could leave out a story, but no step of one.
  const outcome = await fc.check(property, {
    ...{ numRuns: schedules, interruptAfterTimeLimit: withinMs, endOnFailure: true },
  });
  await last; // The end of the time leaves it under way.
  const [first] = found;
  if (!first) return outcome.numRuns;
  const least = AbortSignal.timeout(SHORTEN_MS);
  const failure = await shorten(first, fails, () => over.aborted && least.aborted);
  throw new Error(`seed ${outcome.seed}: ${textOf(failure)}`);
}

/** Runs one schedule, such as a script ends with. @throws Error with its script when it fails */
export async function replay(hostOf: () => Host, schedule: Schedule): Promise<void> {
  const failure = await run(hostOf(), schedule);
  if (failure) throw new Error(textOf(failure));
}

const textOf = ({ schedule, steps, text }: Failure): string => `after step ${steps}: ${text}\n${scriptOf(schedule)}`;
