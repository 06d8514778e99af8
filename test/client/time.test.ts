import { afterEach, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { ProfileTimeout } from '../../client/src/index.ts';
import { clientAt, stoppedClock } from './clients.ts';
import { type ScriptedServer, scriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
const clock = stoppedClock();

afterEach(() => server.close());

it('a call ends when its time is over', async () => {
  server = await scriptedServer();
  const profile = clientAt({ url: server.url, clock }).profile('9876543210', { timeoutMs: 800 });
  const ended = expect(profile).rejects.toEqual(new ProfileTimeout(800));
  await server.until(1);
  clock.advance(800);
  await ended;
  expect(server.received[0]?.headers['x-request-timeout-ms']).toBe('750');
});

it('the time includes the body of the answer', async () => {
  server = await scriptedServer((response) => response.writeHead(200).write('{'));
  const profile = clientAt({ url: server.url, clock }).profile('9876543210');
  const ended = expect(profile).rejects.toBeInstanceOf(ProfileTimeout);
  await server.until(1);
  clock.advance(5000);
  await ended;
});

it('a call ends with the reason of the caller’s signal, and leaves nothing behind', async () => {
  server = await scriptedServer();
  const leaving = new AbortController();
  const profile = clientAt({ url: server.url, clock }).profile('9876543210', { signal: leaving.signal });
  const ended = expect(profile).rejects.toThrow('no longer wanted');
  await server.until(1);
  expect(getEventListeners(leaving.signal, 'abort')).toHaveLength(1);
  leaving.abort(new Error('no longer wanted'));
  await ended;
  expect(getEventListeners(leaving.signal, 'abort')).toHaveLength(0);
  expect(clock.isSet(() => true)).toBe(false);
});

it('a signal that has fired before sends nothing', async () => {
  server = await scriptedServer();
  const client = clientAt({ url: server.url, clock });
  await expect(client.profile('9876543210', { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  expect(server.received).toHaveLength(0);
});

it('the token is asked for before each request', async () => {
  server = await scriptedServer({ status: 200 }, { status: 200 });
  let asked = 0;
  const client = clientAt({ url: server.url, clock }, { token: () => `t-${(asked += 1)}`, organisation: 'o-1' });
  await client.profile('9876543210', { requestId: 'r-1', cacheControl: 'max-age=60' });
  await client.profile('9876543210', { organisation: 'o-2' });
  expect(server.received.map(({ headers }) => headers)).toMatchObject([
    { authorization: 'Bearer t-1', organisation: 'o-1', 'x-request-id': 'r-1', 'cache-control': 'max-age=60' },
    { authorization: 'Bearer t-2', organisation: 'o-2' },
  ]);
});

it('a token that does not come in time is not waited for', async () => {
  server = await scriptedServer();
  const client = clientAt({ url: server.url, clock }, { token: () => new Promise<string>(() => undefined) });
  const ended = expect(client.profile('9876543210')).rejects.toBeInstanceOf(ProfileTimeout);
  clock.advance(5000);
  await ended;
  expect(server.received).toHaveLength(0);
});

it('the base URL may end in a slash, and may have a path', async () => {
  server = await scriptedServer({ status: 200 });
  await clientAt({ url: `${server.url}/profiles/`, clock }).profile('9876543210', { fields: ['name', 'email'] });
  expect(server.received[0]?.url).toBe('/profiles/v1/customer-profiles/9876543210?fields=name,email');
});

it.each(['', '.', '..'])('an id that would lead elsewhere, %j, is refused here', async (customerId) => {
  server = await scriptedServer();
  expect(() => clientAt({ url: server.url, clock }).profile(customerId)).toThrow(TypeError);
});

it.each([
  ['text/html', '<h1>Bad Gateway</h1>'],
  ['application/json', '{"code":"source_failed","detail":"Said by a gateway."}'],
  ['application/problem+json', '{"title":"Bad Gateway"}'],
  ['application/problem+json', '{"tit'],
])('an answer that is no problem of the service is one of which nothing is known: %s %s', async (type, body) => {
  server = await scriptedServer({ status: 502, headers: { 'content-type': type }, body });
  await expect(clientAt({ url: server.url, clock }).profile('9876543210')).rejects.toMatchObject({
    name: 'ProfileProblem',
    status: 502,
    code: 'unrecognised',
    document: null,
    errors: [],
    requestId: null,
    retryAfterMs: null,
  });
});

it('follows no redirection: the key would go along', async () => {
  server = await scriptedServer({ status: 302, headers: { location: '/elsewhere' } }, { status: 200 });
  await expect(clientAt({ url: server.url, clock }, { apiKey: 'k' }).profile('9876543210')).rejects.toBeInstanceOf(
    TypeError,
  );
  expect(server.received.map(({ url }) => url)).toEqual(['/v1/customer-profiles/9876543210']);
});
