import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CustomerProfileClient, ProfileProblem } from '../../client/src/index.ts';
import { type TestClock } from '../support/test-clock.ts';
import { clientAt, stoppedClock } from './clients.ts';
import { type Scripted, type ScriptedServer, scriptedServer } from './scripted-server.ts';

const LINKED = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const OK: Scripted = { status: 200, body: '{"customerIds":[]}' };
const refused = (status: number, retryAfter?: string): Scripted => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...(retryAfter ? { 'retry-after': retryAfter } : {}) },
  body: `{"status":${status},"code":"source_unavailable","detail":"Not now.","requestId":"r-1"}`,
});

let server: ScriptedServer;
let clock: TestClock;
let client: CustomerProfileClient;

beforeEach(() => {
  clock = stoppedClock();
});

afterEach(() => server.close());

async function standIn(...script: readonly Scripted[]): Promise<void> {
  server = await scriptedServer(...script);
  client = clientAt({ url: server.url, clock }, { timeoutMs: 5000 });
}

const find = (): Promise<readonly string[]> => client.findCustomers({ externalReferenceId: '342' });
const pauseOf = (pauseMs: number): Promise<void> => clock.whenSet((ms) => ms === pauseMs);
const remainingTimes = (): readonly number[] =>
  server.received.map(({ headers }) => Number(headers['x-request-timeout-ms']));

describe('an answer that says when to try again', () => {
  it.each([429, 503])('%d: the request is made again then, with the time that is left', async (status) => {
    await standIn(refused(status, '2'), refused(status, '1'), OK);
    const found = find();
    await pauseOf(2000);
    clock.advance(1999);
    expect(server.received).toHaveLength(1);
    clock.advance(1);
    await pauseOf(1000);
    clock.advance(1000);
    expect(await found).toEqual([]);
    expect(remainingTimes()).toEqual([4950, 2950, 1950]);
  });

  it('may name a date', async () => {
    const inThreeSeconds = new Date(Math.floor(clock.timeOfDay() / 1000) * 1000 + 3000);
    await standIn(refused(503, inThreeSeconds.toUTCString()), OK);
    const found = find();
    await clock.whenSet((ms) => ms > 1900 && ms <= 3000);
    clock.advance(3000);
    expect(await found).toEqual([]);
  });

  it('is no loop when it says at once', async () => {
    await standIn(refused(503, '0'), OK);
    const found = find();
    await pauseOf(250);
    clock.advance(250);
    expect(await found).toEqual([]);
  });

  it('is thrown at once when the time would be over before', async () => {
    await standIn(refused(503, '5'));
    await expect(find()).rejects.toMatchObject({ status: 503, retryAfterMs: 5000 });
    expect(server.received).toHaveLength(1);
  });

  it('ends with the signal of the caller, in the pause too', async () => {
    await standIn(refused(503, '2'), OK);
    const leaving = new AbortController();
    const found = client.findCustomers({ externalReferenceId: '342' }, { signal: leaving.signal });
    await pauseOf(2000);
    leaving.abort(new Error('no longer wanted'));
    await expect(found).rejects.toThrow('no longer wanted');
    expect(clock.isSet(() => true)).toBe(false);
  });
});

describe('errors that are never retried', () => {
  it.each([
    ['503 without a time', refused(503)],
    ['502', refused(502, '1')],
    ['500', refused(500, '1')],
    ['404', refused(404, '1')],
  ])('a read that was answered %s', async (_what, answer) => {
    await standIn(answer, OK);
    await expect(find()).rejects.toBeInstanceOf(ProfileProblem);
    expect(server.received).toHaveLength(1);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['an import', () => client.links.import([{ customerId: '9876543210', billingCustomerId: LINKED }])],
    ['a conditional PUT', () => client.links.put('9876543210', LINKED, { ifMatch: '"a"' })],
    ['a conditional DELETE', () => client.links.delete('9876543210', { ifNoneMatch: '"a"' })],
  ])('%s', async (_what, change) => {
    await standIn(refused(503, '1'), OK);
    await expect(change()).rejects.toMatchObject({ status: 503 });
    expect(server.received).toHaveLength(1);
  });

  it('a request whose connection was lost', async () => {
    server = await scriptedServer((response) => response.destroy());
    client = clientAt({ url: server.url, clock });
    await expect(find()).rejects.toBeInstanceOf(TypeError);
    expect(server.received).toHaveLength(1);
  });
});

it.each<[string, () => Promise<unknown>]>([
  ['a PUT without a condition', () => client.links.put('9876543210', LINKED)],
  ['a DELETE without a condition', () => client.links.delete('9876543210')],
  ['forgetting', () => client.forget('9876543210')],
  ['a batch, which only reads', () => client.batchGet(['9876543210'])],
])('%s is made again', async (_what, call) => {
  await standIn(refused(503, '1'), { status: 200, body: '{"results":[]}' });
  const done = call();
  await pauseOf(1000);
  clock.advance(1000);
  await done;
  expect(server.received).toHaveLength(2);
});
