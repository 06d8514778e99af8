import { afterEach, expect, it } from '@jest/globals';
import { clientAt, stoppedClock } from './clients.ts';
import { type Scripted, type ScriptedServer, scriptedServer } from './scripted-server.ts';

const PROFILE: Scripted = { status: 200, headers: { etag: 'W/"a"' }, body: '{"name":"Fairmont"}' };
const GONE: Scripted = { status: 404, headers: { 'content-type': 'application/problem+json' } };

let server: ScriptedServer;
const clock = stoppedClock();
const conditions = (): readonly unknown[] => server.received.map(({ headers }) => headers['if-none-match']);

afterEach(() => server.close());

it('an answer is kept for its organisation alone', async () => {
  server = await scriptedServer(PROFILE, PROFILE, { status: 304 });
  const client = clientAt({ url: server.url, clock });
  for (const organisation of ['o-1', 'o-2', 'o-1']) await client.profile('9876543210', { organisation });
  expect(conditions()).toEqual([undefined, undefined, 'W/"a"']);
});

it('an answer is not kept once there is none any more', async () => {
  server = await scriptedServer(PROFILE, GONE, PROFILE);
  const client = clientAt({ url: server.url, clock });
  await client.profile('9876543210');
  await expect(client.profile('9876543210')).rejects.toMatchObject({ status: 404 });
  await client.profile('9876543210');
  expect(conditions()).toEqual([undefined, 'W/"a"', undefined]);
});

it('an answer stays kept through a failure', async () => {
  server = await scriptedServer(PROFILE, { status: 502 }, { status: 304 });
  const client = clientAt({ url: server.url, clock });
  await client.profile('9876543210');
  await expect(client.profile('9876543210')).rejects.toMatchObject({ status: 502 });
  expect(await client.profile('9876543210')).toMatchObject({ notModified: true, value: { name: 'Fairmont' } });
});

it('the last used ones stay', async () => {
  server = await scriptedServer(PROFILE, PROFILE, { status: 304 }, PROFILE, { status: 304 }, PROFILE);
  const client = clientAt({ url: server.url, clock }, { keptAnswers: 2 });
  for (const id of ['1000000001', '1000000002', '1000000001', '1000000003', '1000000001', '1000000002'])
    await client.profile(id);
  expect(conditions()).toEqual([undefined, undefined, 'W/"a"', undefined, 'W/"a"', undefined]);
});

it('none is kept where none is wanted', async () => {
  server = await scriptedServer(PROFILE, PROFILE);
  const client = clientAt({ url: server.url, clock }, { keptAnswers: 0 });
  for (const id of ['9876543210', '9876543210']) await client.profile(id);
  expect(conditions()).toEqual([undefined, undefined]);
});

it('a condition has no source asked again, unless the caller wants it: fetch by itself would say no-cache', async () => {
  server = await scriptedServer(PROFILE, { status: 304 }, { status: 304 });
  const client = clientAt({ url: server.url, clock });
  for (const cacheControl of [undefined, undefined, 'max-age=60'])
    await client.profile('9876543210', cacheControl === undefined ? {} : { cacheControl });
  const demands = server.received.map(({ headers }) => headers['cache-control']);
  expect(demands).toEqual([undefined, 'no-transform', 'max-age=60']);
});
