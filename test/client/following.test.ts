import { afterEach, expect, it } from '@jest/globals';
import { type CustomerProfileClient, type FollowOptions } from '../../client/src/index.ts';
import { clientAt, stoppedClock } from './clients.ts';
import { type Scripted, type ScriptedServer, scriptedServer } from './scripted-server.ts';

const page = (cursor: string, ...ids: readonly string[]): Scripted => ({
  status: 200,
  body: JSON.stringify({ changes: ids.map((id) => ({ id })), cursor, caughtUp: true }),
});
const failed = (status: number): Scripted => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: `{"status":${status},"code":"internal_error","detail":"No."}`,
});

const clock = stoppedClock();
let server: ScriptedServer;

afterEach(() => server.close());

/** The first so many events. */
async function follow(client: CustomerProfileClient, count: number, options: FollowOptions): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of client.changes.follow(options)) if (ids.push(id) === count) break;
  return ids;
}

it('goes on from the last cursor, and reports failed requests and the first success after them', async () => {
  server = await scriptedServer(page('1', 'a'), failed(500), failed(502), page('2'), page('3', 'b'));
  const told: string[] = [];
  const followed = follow(clientAt({ url: server.url, clock }), 2, {
    customerId: '9876543210',
    onInterrupted: (error) => told.push(String(error)),
    onResumed: () => told.push('resumed'),
  });
  for (const pauseMs of [500, 1000]) {
    await clock.whenSet((ms) => ms === pauseMs);
    clock.advance(pauseMs);
  }
  expect(await followed).toEqual(['a', 'b']);
  expect(told).toEqual([
    'ProfileProblem: 500 internal_error: No.',
    'ProfileProblem: 502 internal_error: No.',
    'resumed',
  ]);
  const queries = server.received.map(({ url }) => Object.fromEntries(new URL(url, server.url).searchParams));
  expect(queries.map(({ cursor, waitSeconds }) => [cursor, waitSeconds])).toEqual([
    [undefined, '25'],
    ['1', '25'],
    ['1', '0'],
    ['1', '0'],
    ['2', '25'],
  ]);
});

it('ends with what trying again does not mend', async () => {
  server = await scriptedServer(failed(403));
  await expect(follow(clientAt({ url: server.url, clock }), 1, {})).rejects.toThrow('403');
});
