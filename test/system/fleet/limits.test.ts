import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../../src/config/callers/callers.ts';
import { eventually } from '../../support/eventually.ts';
import { type Fleet, type Member, startFleet } from './fleet.ts';

const BURST = 60;
/** An answer carries the rate once less than a quarter is left. */
const NEAR_THE_LIMIT = 50;
const LOOK_UP = '/v1/customer-profiles?externalReferenceId=none';
const HEADERS = { 'x-api-key': 'key-of-the-shop' };

const folder = mkdtempSync(join(tmpdir(), 'fleet-limits-'));
let fleet: Fleet;
let members: readonly [Member, Member, Member];

beforeAll(async () => {
  const file = join(folder, 'callers.json');
  // A token is added every hundred seconds.
  const limits = { requestsPerSecond: 0.01, burst: BURST };
  const shop = { name: 'shop', keySha256: sha256('key-of-the-shop'), rights: ['profiles:read'], limits };
  writeFileSync(file, JSON.stringify({ callers: [shop] }));
  fleet = await startFleet(3, { AUTH_MODE: 'api-key', CALLERS_FILE: file });
  const [first, second, third] = fleet.members;
  if (!first || !second || !third) throw new Error('three are needed');
  members = [first, second, third];
});

afterAll(async () => {
  await fleet.close();
  rmSync(folder, { recursive: true });
});

const look = (member: Member): Promise<Response> => fetch(member.url + LOOK_UP, { headers: HEADERS });

/** How many of the requests are within the limits. The others are refused as documented. */
async function admitted(member: Member, count: number): Promise<number> {
  let within = 0;
  for (let each = 0; each < count; each += 1) {
    const answer = await look(member);
    if (answer.status === 429) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    else within += 1;
    await answer.arrayBuffer();
  }
  return within;
}

it('three processes hold a caller to one rate; while Redis is gone each goes on with what it knows, and refuses no less', async () => {
  const [first, second, third] = members;
  expect(await admitted(first, NEAR_THE_LIMIT)).toBe(NEAR_THE_LIMIT);
  let asked = NEAR_THE_LIMIT;
  await eventually('the second has heard', async () => {
    asked += 1;
    const answer = await look(second);
    await answer.arrayBuffer();
    return answer.headers.has('ratelimit');
  });
  // Alone it would have let 60 through.
  expect(await admitted(second, BURST)).toBeLessThanOrEqual(BURST / 4);
  await eventually('the third has heard', async () => {
    asked += 1;
    const answer = await look(third);
    await answer.arrayBuffer();
    return answer.status === 429;
  });
  expect(asked).toBeLessThan(2 * BURST);

  await fleet.redis.kill();
  for (const member of members) {
    expect(await admitted(member, 12)).toBeLessThanOrEqual(2);
    expect((await member.read('/health/live')).status).toBe(200);
  }
}, 120_000);
