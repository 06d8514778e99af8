import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linkedAs, openStage, type Stage } from '../../profile-cache/stage.ts';
import { pass, settled } from '../../support/passing-time.ts';
import type { Service } from '../../support/service.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterAll(() => stage.close());

/** The path of a customer that is cached. */
async function cached(): Promise<string> {
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  await service.http.get(customer.path).expect(200);
  await settled(service);
  return customer.path;
}

async function cacheStatus(path: string, directives: string): Promise<string> {
  const { headers } = await service.http.get(path).set('cache-control', directives).expect(200);
  return headers['cache-status'] ?? '';
}

describe('a directive of the request’s Cache-Control', () => {
  it.each([
    'max-age',
    'max-age=',
    'max-age=-1',
    'max-age=1.5',
    'max-age=0x0',
    'max-age=sixty',
    'max-age="0',
    'max age=0',
    'no-cache=yes',
    'no cache',
    'min-fresh',
    'min-fresh=forever',
    'x="no-cache"',
    'x="a,no-cache,b"',
    'no-transform, x-unknown=1, ,',
    '=;,"',
  ])('that is malformed, or means nothing here, is ignored: %s', async (directive) => {
    const path = await cached();
    await pass(1000, service);
    expect(await cacheStatus(path, directive)).toMatch(/; hit; /);
  });

  it.each([
    ['NO-CACHE', /fwd=request/],
    ['max-age="0"', /fwd=request/],
    ['x=1 ,\tmax-age=0', /fwd=request/],
    ['max-age=3600, max-age=0', /fwd=request/],
    ['min-fresh=99999999999999999999', /fwd=request/],
    ['max-age=99999999999999999999', /; hit; /],
  ])('is understood in every valid form: %s', async (directive, status) => {
    const path = await cached();
    await pass(1000, service);
    expect(await cacheStatus(path, directive)).toMatch(status);
  });

  it('of max-stale may be as long as one likes', async () => {
    const path = await cached();
    await pass(400_000, service);
    expect(await cacheStatus(path, 'max-stale=99999999999999999999')).toMatch(/; hit; .*refreshing$/);
  });
});
