import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import type { Service } from '../support/service.ts';

const CUSTOMER = '9876543210';
const COMMANDS = ['eval', 'hmget', 'zrange', 'zrangebylex', 'zadd'];
const LINKS =
  'Links are stored in Redis, which is not configured (REDIS_URL), does not answer, or does not notify the other processes. Try again.';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
  await stage.raw.call('ACL', 'SETUSER', 'default', ...COMMANDS.map((name) => `-${name}`));
});

afterAll(() => stage.close());

describe('a Redis that refuses commands (NOPERM)', () => {
  it.each([
    [
      'DELETE',
      `customer-profiles/${CUSTOMER}/cache`,
      'cache_unavailable',
      'Redis does not answer, or does not notify the other processes, which may still have a copy. Try again.',
    ],
    ['GET', `customer-links/${CUSTOMER}`, 'link_store_unavailable', LINKS],
    ['DELETE', `customer-links/${CUSTOMER}`, 'link_store_unavailable', LINKS],
    ['GET', 'customer-links', 'link_store_unavailable', LINKS],
    ['GET', 'customer-links/export', 'link_store_unavailable', LINKS],
    [
      'GET',
      'customer-profiles?billingCustomerId=3fa85f64-5717-4562-b3fc-2c963f66afa6',
      'lookup_unavailable',
      'Redis does not answer. Try again.',
    ],
  ])('is 503 with the problem of the route: %s %s', async (method, path, code, detail) => {
    const answer = await fetch(`${service.url}/v1/${path}`, { method });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toMatchObject({ code, detail, status: 503 });
  });
});
