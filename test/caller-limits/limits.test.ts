import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PUBLISH_DELAY_MS } from '../../src/caller-limits/shared-usage.ts';
import { sha256 } from '../../src/config/callers/callers.ts';
import { AUDIENCE, ISSUER, startKeyServer } from '../auth/key-server.ts';
import { metric, openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { type Service, type Variables } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'limits-'));
const file = join(folder, 'callers.json');
const variables = { AUTH_MODE: 'api-key', CALLERS_FILE: file };
const LOOK_UP = '/v1/customer-profiles?externalReferenceId=none';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

let stage: Stage;
let made = 0;

/** Services at one time, whose one caller `shop` has these limits. */
async function fleet(limits: object, size = 1, more: Variables = {}): Promise<readonly Service[]> {
  put(limits);
  const clock = new TestClock();
  made += 1;
  const own = { ...variables, CACHE_KEY_PREFIX: `fleet-${made}:`, ...more };
  const all = Array.from({ length: size }, () => stage.service(own, { clock, time: 'real' }));
  const services = await Promise.all(all);
  clock.stop();
  return services;
}

async function one(limits: object, more: Variables = {}): Promise<Service> {
  const [service] = await fleet(limits, 1, more);
  if (!service) throw new Error('there is no service');
  return service;
}

const put = (limits: object): void => {
  const rights = ['profiles:read', 'profiles:refresh'];
  const other = { name: 'other', keySha256: sha256('key-of-other'), rights };
  const shop = { name: 'shop', keySha256: sha256('key-of-the-shop'), rights, limits };
  writeFileSync(file, JSON.stringify({ callers: [shop, other] }));
};

const ask = async (service: Service, path = LOOK_UP, key = 'key-of-the-shop'): Promise<Answer> => {
  const { status, headers, body } = await service.http.get(path).set('x-api-key', key);
  return { status, headers: headers, body: body as unknown };
};

/** How many of so many requests are let through. */
async function passed(service: Service, count: number): Promise<number> {
  let count200 = 0;
  for (let each = 0; each < count; each += 1) count200 += (await ask(service)).status === 200 ? 1 : 0;
  return count200;
}

beforeAll(async () => {
  stage = await openStage();
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

describe('a caller with a rate (R10)', () => {
  it('may make so many requests at once, then one in its time; others are not concerned', async () => {
    const service = await one({ requestsPerSecond: 5, burst: 10 });
    expect(await passed(service, 15)).toBe(10);
    service.clock.advance(199);
    expect(await passed(service, 2)).toBe(0);
    service.clock.advance(1);
    expect(await passed(service, 2)).toBe(1);
    expect((await ask(service, LOOK_UP, 'key-of-other')).status).toBe(200);
    expect(await metric(service, 'caller_limit_refusals_total{policy="rate"}')).toBe(8);
  });

  // The text of the fields is that of draft-ietf-httpapi-ratelimit-headers-11.
  it('gets its limits when it is over them, in the words of the draft', async () => {
    const service = await one({ requestsPerSecond: 0.5, burst: 4, concurrent: 20 });
    const answers = [];
    for (let each = 0; each < 5; each += 1) answers.push(await ask(service));
    const told = answers.map(({ status, headers }) => [status, headers.ratelimit, headers['retry-after']]);
    expect(told).toEqual([
      [200, undefined, undefined],
      [200, undefined, undefined],
      [200, undefined, undefined],
      [200, '"rate";r=0;t=2, "concurrent";r=20', undefined],
      [429, '"rate";r=0;t=2, "concurrent";r=20', '2'],
    ]);
    expect(answers[4]).toMatchObject({
      headers: {
        'ratelimit-policy': '"rate";q=4;w=8, "concurrent";q=20;qu="concurrent-requests"',
        'content-type': 'application/problem+json; charset=utf-8',
        'cache-control': 'no-store',
      },
      body: { code: 'too_many_requests', 'violated-policies': ['rate'] },
    });
  });

  it('gets them with a warm profile, too, when less than a quarter is left', async () => {
    const service = await one({ requestsPerSecond: 1, burst: 3 });
    const { path } = stage.customer();
    await ask(service, path);
    await ask(service, path);
    const warm = await ask(service, path);
    expect(warm.headers['cache-status']).toContain('hit');
    expect(warm.headers.ratelimit).toBe('"rate";r=0;t=1');
    expect((await ask(service, path)).status).toBe(429);
  });

  it('never gets a Retry-After before the end of a window', async () => {
    const service = await one({ requestsPerSecond: 1, burst: 10, concurrent: 1 });
    const customerIds = Array.from({ length: 5 }, (_, each) => `910000000${each}`);
    expect(await passed(service, 7)).toBe(7);
    const batch = service.http.post('/v1/customer-profiles/batch-get').set('x-api-key', 'key-of-the-shop');
    const { status, headers } = await batch.send({ customerIds });
    expect([status, headers.ratelimit, headers['retry-after']]).toEqual([429, '"rate";r=3;t=2, "concurrent";r=0', '2']);
  });

  it('costs nothing when refused: neither 429, nor 401 and 403, nor probes count', async () => {
    const service = await one({ requestsPerSecond: 1, burst: 2 });
    for (let each = 0; each < 5; each += 1) {
      await ask(service, LOOK_UP, 'a-wrong-key');
      await ask(service, '/v1/customer-links/9876543210');
      await ask(service, '/health/ready');
    }
    expect(await passed(service, 20)).toBe(2);
    service.clock.advance(1000);
    expect(await passed(service, 20)).toBe(1);
  });

  it('pays for a batch as many as it has different ids, and one when it may not ask for so many', async () => {
    const service = await one({ requestsPerSecond: 1, burst: 5 });
    const customerIds = [stage.customer(), stage.customer(), stage.customer()].map(({ customerId }) => customerId);
    const batch = async (ids: readonly string[]): Promise<Answer> => {
      const { status, headers, body } = await service.http
        .post('/v1/customer-profiles/batch-get')
        .set('x-api-key', 'key-of-the-shop')
        .send({ customerIds: ids });
      return { status, headers: headers, body: body as unknown };
    };
    expect((await batch([...customerIds, ...customerIds])).status).toBe(200);
    expect(await batch(customerIds)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    expect(await passed(service, 5)).toBe(2);
    service.clock.advance(5000);
    const tooMany = Array.from({ length: 6 }, (_, each) => `900000000${each}`);
    expect(await batch(tooMany)).toMatchObject({
      status: 400,
      body: { errors: [{ in: 'body', name: 'customerIds' }] },
    });
    expect(await passed(service, 10)).toBe(4);
  });

  it('pays one for a batch that is not valid, and is refused before the body is read when it has not one', async () => {
    const service = await one({ requestsPerSecond: 1, burst: 3 });
    const batch = (body: string, type = 'application/json'): Promise<{ status: number }> =>
      service.http
        .post('/v1/customer-profiles/batch-get')
        .set({ 'x-api-key': 'key-of-the-shop', 'content-type': type })
        .send(body);
    const sent = [['{"customerIds":[]}'], ['{'], ['9876543210', 'text/plain'], ['{']] as const;
    const statuses = [];
    for (const [body, type] of sent) statuses.push((await batch(body, type)).status);
    expect(statuses).toEqual([400, 400, 415, 429]);
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    const head = 'POST /v1/customer-profiles/batch-get HTTP/1.1\r\nhost: a\r\nx-api-key: key-of-the-shop';
    socket.write(`${head}\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 429 /);
    service.clock.advance(1000);
    expect(await passed(service, 3)).toBe(1);
  });

  it('has other limits when CALLERS_FILE has, and keeps what it has used when only others’ change', async () => {
    const service = await one({ requestsPerSecond: 0.01, burst: 3 });
    expect(await passed(service, 5)).toBe(3);
    const reload = async (limits: object): Promise<void> => {
      const before = service.log.length;
      put(limits);
      service.clock.advance(5000);
      await eventually('it is read', () =>
        service.log.slice(before).some(({ event }) => event === 'callers_file_loaded'),
      );
    };
    writeFileSync(file, '');
    await reload({ burst: 3, requestsPerSecond: 0.01 });
    expect(await passed(service, 5)).toBe(0);
    await reload({ requestsPerSecond: 0.01, burst: 4 });
    expect(await passed(service, 5)).toBe(4);
  });
});

describe('a caller with a number of concurrent requests (R10)', () => {
  it('is refused the next one, which costs no token, until one has ended', async () => {
    const service = await one({ requestsPerSecond: 0.01, burst: 4, concurrent: 2 });
    stage.sandbox.faults.set('reseller', { kind: 'hang' });
    const [first, second, third] = [stage.customer(), stage.customer(), stage.customer()];
    const under = [first, second].map(({ path }) => ask(service, path));
    await eventually('both are under way', () => first.calls().reseller === 1 && second.calls().reseller === 1);
    const refused = await ask(service, third.path);
    expect(refused).toMatchObject({ status: 429, body: { 'violated-policies': ['concurrent'] } });
    expect(refused.headers.ratelimit).toContain('"concurrent";r=0');
    expect(refused.headers['retry-after']).toBe('1');
    stage.sandbox.faults.clear();
    service.clock.advance(10_000);
    await Promise.all(under);
    expect(await passed(service, 5)).toBe(2);
  });

  it('has room again when a caller leaves that has sent two requests together', async () => {
    const service = await one({ concurrent: 2 });
    stage.sandbox.faults.set('reseller', { kind: 'hang' });
    const both = [stage.customer(), stage.customer()];
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: a\r\nx-api-key: key-of-the-shop\r\n\r\n`;
    socket.write(both.map(({ path }) => get(path)).join(''));
    await eventually('both are under way', () => both.every((one) => one.calls().reseller === 1));
    expect((await ask(service)).status).toBe(429);
    socket.destroy();
    await eventually('both have ended', async () => (await ask(service)).status === 200);
    expect(await Promise.all([ask(service), ask(service)])).toMatchObject([{ status: 200 }, { status: 200 }]);
    stage.sandbox.faults.clear();
  });

  it('has room again when a caller leaves while its token is checked', async () => {
    const clock = new TestClock();
    const keys = await startKeyServer(clock);
    const checked = Promise.withResolvers<undefined>();
    keys.until = checked.promise;
    const jwt = { JWT_JWKS_URL: keys.jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
    const service = await stage.service({ AUTH_MODE: 'jwt', CALLER_CONCURRENT: '1', ...jwt }, { clock });
    const Authorization = `Bearer ${await keys.sign('ES256')}`;
    const left = new AbortController();
    const read = fetch(`${service.url}${LOOK_UP}`, { headers: { Authorization }, signal: left.signal });
    await eventually('the keys are fetched', () => keys.requests === 1);
    left.abort();
    await expect(read).rejects.toThrow('aborted');
    await eventually('the caller has left', () => service.log.some(({ event }) => event === 'caller_left'));
    checked.resolve(undefined);
    await service.http.get(LOOK_UP).set({ Authorization }).expect(200);
    await keys.close();
  });
});

describe('a fleet', () => {
  it('holds a caller to one rate, once the processes have published what they charged', async () => {
    const services = await fleet({ requestsPerSecond: 0.01, burst: 100 }, 3);
    const [first, ...others] = services;
    if (!first) throw new Error('one is needed');
    expect(await passed(first, 80)).toBe(80);
    first.clock.advance(PUBLISH_DELAY_MS);
    let asked = 80;
    for (const service of others) {
      let remaining: string | undefined;
      await eventually('it has heard', async () => {
        asked += 1;
        remaining = (await ask(service)).headers.ratelimit;
        return remaining !== undefined;
      });
      // Alone it would have had 100.
      expect(remaining).toMatch(/^"rate";r=1\d;/);
    }
    const rest = await Promise.all(services.map((service) => passed(service, 30)));
    for (const each of rest) expect(each).toBeLessThanOrEqual(20);
    expect(asked).toBeLessThan(100);
  });

  it('goes on with what each process knows while Redis is away', async () => {
    put({ requestsPerSecond: 0.01, burst: 3 });
    const own = await openStage();
    const service = await own.service(variables);
    await own.redis.kill();
    const statuses: number[] = [];
    for (let each = 0; each < 5; each += 1) {
      statuses.push((await ask(service)).status);
      service.clock.advance(PUBLISH_DELAY_MS);
    }
    expect(statuses).toEqual([503, 503, 503, 429, 429]);
    await own.close();
  });

  it('does not divide the rate: a caller that uses one process alone has all of it', async () => {
    const [only] = await fleet({ requestsPerSecond: 3, burst: 3 }, 3);
    if (!only) throw new Error('one is needed');
    expect(await passed(only, 5)).toBe(3);
    only.clock.advance(1000);
    expect(await passed(only, 5)).toBe(3);
  });
});

describe('CALLER_REQUESTS_PER_SECOND, CALLER_BURST and CALLER_CONCURRENT', () => {
  it('apply to every caller without limits of its own', async () => {
    const service = await one({}, { CALLER_REQUESTS_PER_SECOND: '1', CALLER_BURST: '2', CALLER_CONCURRENT: '7' });
    for (const key of ['key-of-the-shop', 'key-of-other']) {
      expect((await ask(service, LOOK_UP, key)).status).toBe(200);
      const { headers } = await ask(service, LOOK_UP, key);
      expect(headers['ratelimit-policy']).toBe('"rate";q=2;w=2, "concurrent";q=7;qu="concurrent-requests"');
      expect((await ask(service, LOOK_UP, key)).status).toBe(429);
    }
  });
});
