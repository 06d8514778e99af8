import { expect, it } from '@jest/globals';
import { type Schedule } from './schedule.ts';
import { replay, search } from './search.ts';
import { VirtualHost } from './virtual-host.ts';

const { SCHEDULES = '4', SCHEDULE_STEPS = '12', SCHEDULE_SECONDS = '240', SCHEDULE } = process.env;

it(
  'whatever happens in whatever order, nothing is told as fresh that is not, to nobody but its organisation, and all recovers',
  async () => {
    const hostOf = (): VirtualHost => new VirtualHost();
    if (SCHEDULE !== undefined) return replay(hostOf, JSON.parse(SCHEDULE) as Schedule);
    const limits = { schedules: Number(SCHEDULES), maxSteps: Number(SCHEDULE_STEPS) };
    expect(await search(hostOf, { ...limits, withinMs: Number(SCHEDULE_SECONDS) * 1000 })).toBeGreaterThan(0);
  },
  (Number(SCHEDULE_SECONDS) + 60) * 1000,
);
