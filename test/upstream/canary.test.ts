import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { credentials } from '../../sandbox/credentials.ts';
import { type Fault } from '../../sandbox/faults/fault.ts';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { settled, throughWaits } from '../support/passing-time.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { type Service } from '../support/service.ts';
import { onlyUnderWay } from './reading.ts';

/** Personal data that only the far side's broken answers carry: it must show nowhere. */
const PERSONAL = 'canary-person@leak.example.com';
const SECRETS = [
  credentials.reseller.apiKey,
  credentials.reseller.clientSecret,
  credentials.billing.apiKey,
  'sandbox-issued-',
  'Bearer',
];

/** Less than the service gives Redis. */
const ATTEMPT_MS = 1000;

let stack: Stack;
let service: Service;
let raw: Redis;

beforeAll(async () => {
  stack = await startStack();
  raw = rawRedis(stack.redis.url);
});

beforeEach(async () => {
  service = await start();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(async () => {
  raw.disconnect();
  await stack.close();
});

const start = (): Promise<Service> =>
  stack.start({
    BILLING_TIMEOUT_MS: String(ATTEMPT_MS),
    RESELLER_TIMEOUT_MS: String(ATTEMPT_MS),
    LOG_LEVEL: 'trace',
  });
const message = `${PERSONAL} ${credentials.billing.apiKey}`;
const headers = { 'X-Request-Id': PERSONAL, 'Set-Cookie': `s=${credentials.reseller.clientSecret}` };
const status = (code: number, more: object = {}): Fault => ({ kind: 'status', status: code, body: { code: '1', message }, headers, ...more }); // prettier-ignore
const FAULTS: readonly Fault[] = [
  ...[400, 401, 403, 404, 409, 418, 422, 429, 500, 501, 503, 504].map((code) => status(code)),
  { kind: 'body', body: `{"customerId":"${PERSONAL}` },
  { kind: 'body', body: `{"customerId":"9876543210","name":"${PERSONAL}","connector_name":"${PERSONAL}"}` },
  { kind: 'body', body: `<html>${message}</html>`, contentType: 'text/html' },
  { kind: 'redirect', location: `http://127.0.0.1:1/${PERSONAL}` },
  { kind: 'oversized', bytes: 2_000_000 },
  { kind: 'hang' },
  { kind: 'stall' },
  { kind: 'reset' },
  { kind: 'reset-mid-body' },
];

describe.each(['reseller', 'token', 'billing'] as const)('whatever %s does wrong', (source) => {
  it('logs, answers, metrics and Redis hold no secret and no personal data of it', async () => {
    const seen: string[] = [];
    for (const fault of FAULTS) {
      // Nothing that one fault has taught keeps the next one away.
      await settled(service);
      await raw.flushall();
      service.clock.advance(60_000);
      stack.sandbox.traffic.reset();
      stack.sandbox.faults.set(source, fault);
      const read = service.http.get(profilePath(stack.newCustomer('fully-linked'))).then((answer) => answer);
      if (fault.kind === 'hang' || fault.kind === 'stall') {
        await onlyUnderWay(stack, service, 12, source === 'billing' ? 11 : 1);
        service.clock.advance(ATTEMPT_MS);
      }
      const { text, headers: sent } = await throughWaits(service, read);
      expect(stack.asked(source === 'billing' ? 'stripe' : source).length).toBeGreaterThan(0);
      await settled(service);
      seen.push(text, JSON.stringify(sent), await everythingIn(raw));
      for (const route of ['/metrics', '/health/dependencies']) seen.push((await service.http.get(route)).text);
    }
    seen.push(JSON.stringify(service.log));
    for (const mark of [PERSONAL, ...SECRETS]) expect(seen.filter((text) => text.includes(mark))).toStrictEqual([]);
  });
});

/** Every key and value, as text. */
async function everythingIn(redis: Redis): Promise<string> {
  const keys = await redis.keys('*');
  const values = keys.map(async (key) => {
    switch (await redis.type(key)) {
      case 'hash':
        return JSON.stringify(await redis.hgetall(key));
      case 'zset':
        return (await redis.zrangebyscore(key, '-inf', '+inf')).join('\n');
      default:
        return redis.get(key);
    }
  });
  return [...keys, ...(await Promise.all(values))].join('\n');
}
