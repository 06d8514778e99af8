import { expect, it } from '@jest/globals';
import { offeredBy } from '../schedules/offered.ts';
import { ProcessHost } from '../schedules/process-host.ts';
import { replay, search } from '../schedules/search.ts';
import { buildService, serviceAt } from '../support/built-service.ts';

const { SCHEDULES = '3', SCHEDULE_STEPS = '12', SCHEDULE_SECONDS = '120', SCHEDULE, SERVICE_MAIN } = process.env;

it(
  'random schedules hold with three processes of their own, in real time, that are killed, paused and cut off',
  async () => {
    const built = SERVICE_MAIN === undefined ? buildService() : serviceAt(SERVICE_MAIN);
    const hostOf = (): ProcessHost => new ProcessHost(built);
    if (SCHEDULE !== undefined) return replay(hostOf, SCHEDULE);
    const limits = { schedules: Number(SCHEDULES), maxSteps: Number(SCHEDULE_STEPS) };
    const isOffered = SERVICE_MAIN === undefined ? () => true : offeredBy(SERVICE_MAIN);
    const withinMs = Number(SCHEDULE_SECONDS) * 1000;
    expect(await search(hostOf, { ...limits, withinMs, isOffered })).toBeGreaterThan(0);
  },
  (Number(SCHEDULE_SECONDS) + 60) * 1000,
);
