import { type Schedule, type Setting } from './schedule.ts';

/** A schedule that does not hold. */
export interface Failure {
  readonly schedule: Schedule;
  /** How many of its steps were taken. */
  readonly steps: number;
  readonly text: string;
}

/**
 * Leaves out what the failure does not need: steps that were not taken, then half of the steps, and less and less of them, and what the
 * setting has. Another failure will do.
 * @param fails runs a schedule; null: it holds
 * @param isOver whether there is no time for another run
 */
export async function shorten(
  found: Failure,
  fails: (schedule: Schedule) => Promise<Failure | null>,
  isOver: () => boolean,
): Promise<Failure> {
  let last = withoutRest(found);
  const holdsWithout = async (schedule: Schedule): Promise<boolean> => {
    const failure = isOver() ? null : await fails(schedule);
    if (failure) last = withoutRest(failure);
    return failure === null;
  };
  for (let length = last.schedule.steps.length >> 1; length > 0 && !isOver(); length >>= 1)
    for (let at = last.schedule.steps.length - length; at >= 0 && !isOver(); at -= length) {
      const { setting, steps } = last.schedule;
      await holdsWithout({ setting, steps: steps.toSpliced(at, length) });
    }
  for (const name of Object.keys(last.schedule.setting) as (keyof Setting)[]) {
    const { setting, steps } = last.schedule;
    if (setting[name]) await holdsWithout({ setting: { ...setting, [name]: false }, steps });
  }
  return last;
}

function withoutRest({ schedule, steps, text }: Failure): Failure {
  return { schedule: { ...schedule, steps: schedule.steps.slice(0, steps) }, steps, text };
}
