import { expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const DATES = join(import.meta.dirname, '../../src/reseller-customers/dates.ts');
const SENT = '2024-07-17T03:47:35';

it.each(['Pacific/Auckland', 'America/New_York', 'UTC'])(
  'an instant without a zone is UTC on a machine in %s',
  (TZ) => {
    const code = `
      const { date, instant } = await import(${JSON.stringify(DATES)});
      console.log(instant('${SENT}'), date('${SENT}'), new Date('${SENT}').toISOString());
    `;
    const options = { env: { ...process.env, TZ }, encoding: 'utf8' } as const;
    const [read, day, local] = execFileSync('node', ['--no-warnings', '--input-type=module', '-e', code], options)
      .trim()
      .split(' ');
    expect([read, day]).toStrictEqual([`${SENT}Z`, '2024-07-17']);
    // The machine is indeed there.
    expect(local === `${SENT}.000Z`).toBe(TZ === 'UTC');
  },
);
