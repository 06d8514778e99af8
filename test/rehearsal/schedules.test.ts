import { expect, it } from '@jest/globals';
import { FOUND_DEFECTS } from '../schedules/found-defects.ts';
import { offeredBy } from '../schedules/offered.ts';
import { ProcessHost } from '../schedules/process-host.ts';
import { type Schedule } from '../schedules/schedule.ts';
import { replay, search } from '../schedules/search.ts';
import { buildService, serviceAt } from '../support/built-service.ts';

const { SCHEDULES = '3', SCHEDULE_STEPS = '12', SCHEDULE_SECONDS = '120', SCHEDULE, SERVICE_MAIN } = process.env;

function hostOf(): ProcessHost {
  return new ProcessHost(SERVICE_MAIN === undefined ? buildService() : serviceAt(SERVICE_MAIN));
}

it(
  'random schedules hold with three processes of their own, in real time, that are killed, paused and cut off',
  async () => {
    if (SCHEDULE !== undefined) return replay(hostOf, JSON.parse(SCHEDULE) as Schedule);
    const limits = { schedules: Number(SCHEDULES), maxSteps: Number(SCHEDULE_STEPS) };
    const isOffered = SERVICE_MAIN === undefined ? () => true : offeredBy(SERVICE_MAIN);
    const withinMs = Number(SCHEDULE_SECONDS) * 1000;
    expect(await search(hostOf, { ...limits, withinMs, isOffered })).toBeGreaterThan(0);
  },
  (Number(SCHEDULE_SECONDS) + 60) * 1000,
);

it.each(FOUND_DEFECTS)('the schedule that found %s holds', (_id, schedule) => replay(hostOf, schedule));
