import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FastifyReply } from 'fastify';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthGuard } from '../../src/auth/auth.guard.ts';
import { sha256 } from '../../src/config/callers/callers.ts';
import { ChangePages, type ChangeQuery } from '../../src/customer-changes/change-pages.ts';
import { ChangeStreams, MAX_UNREAD_MS } from '../../src/customer-changes/change-streams.ts';
import { feedKeys } from '../../src/customer-changes/feed/change-keys.ts';
import { Lifecycle } from '../../src/health/lifecycle.ts';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { pass, quietBackground } from '../support/passing-time.ts';
import { organisationAt, type Service } from '../support/service.ts';
import { openStream } from './event-stream.ts';

const CHANGES = '/v1/customer-profile-changes';
const CONSUMERS = 500;
let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

const change = async ({ http }: Service, key = ''): Promise<void> => {
  const url = `/v1/customer-links/${stage.customer().customerId}`;
  await http.put(url).set('x-api-key', key).send({ billingCustomerId: randomUUID() });
};
const metric = async ({ http }: Service, name: string, key = ''): Promise<number> => {
  const { text } = await http.get('/metrics').set('x-api-key', key);
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1],
  );
};
const waiting = (service: Service, count: number, key = ''): Promise<void> =>
  eventually(`${count} wait`, async () => (await metric(service, 'customer_changes_waiting', key)) === count);
/** Commands that Redis has run for scripts, and its connections. */
const usage = async (): Promise<readonly [evals: number, connections: number]> => {
  const [commands, clients] = await Promise.all([stage.raw.info('commandstats'), stage.raw.info('clients')]);
  const evals = /cmdstat_eval:calls=(\d+)/.exec(commands)?.[1];
  return [Number(evals), Number(/connected_clients:(\d+)/.exec(clients)?.[1])];
};

it('500 consumers that wait cost one look a second, and one for an event, and no connection of their own', async () => {
  const [service, other] = await stage.pair();
  const [, connectionsBefore] = await usage();
  const streams = await Promise.all(
    Array.from({ length: CONSUMERS }, () => openStream(`${service.url}${CHANGES}?from=newest`)),
  );
  await waiting(service, CONSUMERS);
  const [evals, connections] = await usage();
  expect(connections).toBeLessThanOrEqual(connectionsBefore);
  for (let second = 0; second < 10; second += 1) await pass(1000, service);
  await Promise.all(streams.map((stream) => stream.until('bookmark', 1)));
  const [later] = await usage();
  // One look a second, however many consumers wait, and what processes do by themselves.
  expect(later - evals).toBeLessThan(CONSUMERS / 5);
  await change(other);
  await Promise.all(streams.map((stream) => stream.until('change', 1)));
  const [last] = await usage();
  expect(last - later).toBeLessThan(CONSUMERS / 5);
  for (const stream of streams) stream.leave();
  await waiting(service, 0);
});

describe('a long poll that begins while others wait', () => {
  const newest = async ({ http }: Service): Promise<string> =>
    ((await http.get(`${CHANGES}?from=newest`).expect(200)).body as { cursor: string }).cursor;
  /** A poll that is answered, as far as the test knows, when it is answered. */
  const poll = (service: Service, cursor: string): { status(): number | undefined } => {
    let status: number | undefined;
    void service.http
      .get(`${CHANGES}?cursor=${cursor}&waitSeconds=25`)
      .then((answer) => (status = answer.status))
      .catch(() => undefined);
    return { status: () => status };
  };

  it('costs no command', async () => {
    const service = await stage.service();
    const cursor = await newest(service);
    poll(service, cursor);
    await waiting(service, 1);
    await pass(1000, service);
    await quietBackground(service);
    const [before] = await usage();
    for (let number = 0; number < 20; number += 1) poll(service, cursor);
    await waiting(service, 21);
    const [after] = await usage();
    // It would be one for each, beside what services do by themselves.
    expect(after - before).toBeLessThan(10);
  });

  it('continues from a position that only another process has read so far', async () => {
    await stage.raw.call('ACL', 'SETUSER', 'quiet', 'on', '>quiet', '~*', '+@all', 'resetchannels');
    const service = await stage.service();
    // No process hears of the events it appends.
    const quiet = await stage.service({ REDIS_URL: stage.redis.url.replace('redis://', 'redis://quiet:quiet@') });
    poll(service, await newest(service));
    await waiting(service, 1);
    await change(quiet);
    const ahead = poll(service, await newest(quiet));
    await eventually('it waits, or is answered', async () => ahead.status() !== undefined || (await metric(service, 'customer_changes_waiting')) === 2); // prettier-ignore
    expect(ahead.status()).toBeUndefined();
  });

  it('gets 503 when Redis does not answer', async () => {
    const service = await stage.service();
    const cursor = await newest(service);
    poll(service, cursor);
    await waiting(service, 1);
    stage.redis.freeze();
    service.clock.advance(2001);
    const late = poll(service, cursor);
    await eventually('it is answered', () => {
      service.clock.advance(100);
      return late.status() !== undefined;
    });
    stage.redis.thaw();
    expect(late.status()).toBe(503);
  });
});

it('a process that is to end ends streams and waiting answers first, with a cursor', async () => {
  const service = await stage.service();
  const stream = await openStream(`${service.url}${CHANGES}?from=newest`);
  await stream.until('bookmark', 1);
  const poll = service.http.get(`${CHANGES}?from=newest&waitSeconds=25`).then(({ status }) => status);
  await waiting(service, 2);
  service.app.get(Lifecycle).drain();
  await stream.ended;
  expect(stream.of('bookmark')).toHaveLength(2);
  expect(await poll).toBe(200);
});

it('closing the server ends streams as well', async () => {
  const service = await stage.service();
  const stream = await openStream(`${service.url}${CHANGES}?from=newest`);
  await stream.until('bookmark', 1);
  await service.close();
  await stream.ended;
});

it('a stream that ends after the server has begun to close does not hold it up until its connection has been idle for long', async () => {
  const service = await stage.service();
  const { server } = service.app.getHttpAdapter().getInstance();
  const guard = service.app.get(AuthGuard, { strict: false });
  const stillAdmits = guard.stillAdmits.bind(guard);
  guard.stillAdmits = async (...asked) => {
    await eventually('the server closes', () => !server.listening);
    return stillAdmits(...asked);
  };
  const stream = await openStream(`${service.url}${CHANGES}?from=newest`);
  await stream.until('bookmark', 1);
  await service.close();
  await stream.ended;
});

it('a stream ends after about 5 minutes', async () => {
  const service = await stage.service();
  const stream = await openStream(`${service.url}${CHANGES}?from=newest`);
  for (let bookmarks = 1; bookmarks <= 18; bookmarks += 1) {
    await stream.until('bookmark', bookmarks);
    await waiting(service, 1);
    await pass(15_000, service);
  }
  await stream.until('bookmark', 19);
  for (let seconds = 0; seconds <= 60; seconds += 15) await pass(15_000, service);
  await stream.ended;
});

it('a caller that is removed, or loses the right, loses its open stream', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'changes-'));
  const file = join(folder, 'callers.json');
  const write = (rights: readonly string[]): void => {
    const callers = [
      { name: 'consumer', keySha256: sha256('key-of-consumer'), rights },
      { name: 'writer', keySha256: sha256('key-of-writer'), rights: ['links:write', 'operations:read'] },
    ];
    writeFileSync(file, JSON.stringify({ callers }));
  };
  write(['changes:read']);
  const service = await stage.service({ AUTH_MODE: 'api-key', CALLERS_FILE: file });
  const stream = await openStream(`${service.url}${CHANGES}?from=newest`, { 'x-api-key': 'key-of-consumer' });
  await waiting(service, 1, 'key-of-writer');
  write(['profiles:read']);
  await pass(5000, service);
  await eventually('the file is read', () => service.log.some(({ event }) => event === 'callers_file_loaded'));
  await change(service, 'key-of-writer');
  await stream.ended;
  expect(stream.of('change')).toHaveLength(0);
  rmSync(folder, { recursive: true });
});

it('a consumer that does not take what it was sent is cut off after 15 seconds, and counted', async () => {
  const service = await stage.service();
  const query: ChangeQuery = {
    organisation: organisationAt(stage.sandbox.url).id,
    position: null,
    from: 'newest',
    limit: 100,
    wants: () => true,
  };
  const first = await service.app.get(ChangePages, { strict: false }).next(query, false);
  const raw = new ServerResponse(new IncomingMessage(new Socket()));
  // Nothing reads the stream, as when the connection of the consumer takes no more.
  const stream = service.app.get(ChangeStreams, { strict: false }).open(query, first, { raw } as FastifyReply);
  raw.once('close', () => stream.destroy());
  stream.read(0);
  await service.clock.whenSet((ms) => ms === MAX_UNREAD_MS);
  expect(await metric(service, 'customer_changes_streams')).toBe(1);
  service.clock.advance(MAX_UNREAD_MS - 1);
  expect(raw.destroyed).toBe(false);
  service.clock.advance(1);
  expect(raw.destroyed).toBe(true);
  await eventually('it has ended', async () => (await metric(service, 'customer_changes_streams')) === 0);
  expect(await metric(service, 'customer_changes_stream_ends_total{reason="unread"}')).toBe(1);
});

it('an organisation that is added while the process runs gets its merge policy in the feed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'organisations-'));
  const file = join(folder, 'organisations.json');
  const entry = (id: string): object => ({
    id,
    resellerApiKey: 'a-key',
    resellerClientSecret: 'a-secret',
    billingApiKey: 'another-key',
  });
  const put = (...ids: readonly string[]): void => {
    writeFileSync(file, JSON.stringify({ organisations: ids.map(entry) }));
  };
  const [one, other] = [randomUUID(), randomUUID()];
  put(one);
  const single = ['RESELLER_API_KEY', 'RESELLER_CLIENT_SECRET', 'BILLING_API_KEY', 'BILLING_ORGANISATION'];
  const several = Object.fromEntries(single.map((name) => [name, '']));
  const service = await stage.service({ ...several, ORGANISATIONS_FILE: file });
  const policyOf = (id: string): Promise<string | null> => stage.raw.hget(feedKeys(id)[0], 'policy');
  await eventually('the first is told', async () => (await policyOf(one)) !== null);
  put(one, other);
  service.clock.advance(5000);
  await eventually('the other is told', async () => (await policyOf(other)) !== null);
  expect(await policyOf(other)).toBe(await policyOf(one));
  rmSync(folder, { recursive: true });
});
