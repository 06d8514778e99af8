import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';

const PATH = '/v1/invalidations';
const ID_RULE = 'must be 4 to 40 letters, digits or hyphens';
const ONE_OF = 'must have exactly one of: customerIds, billingCustomerId, source, organisation';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ BILLING_CONNECTORS: 'stripe,xero' });
});

afterAll(() => stage.close());

describe('POST /v1/invalidations', () => {
  it.each<[object, number, string]>([
    [{ customerIds: ['9876543210', '9876543210', '9876543211'] }, 2, 'refetch'],
    [{ billingCustomerId: '3FA85F64-5717-4562-b3fc-2c963f66afa6' }, 1, 'refetch'],
    [{ source: 'xero' }, 1, 'stale'],
    [{ organisation: true }, 1, 'stale'],
    [{ customerIds: ['9876543210'], mode: 'stale' }, 1, 'stale'],
    [{ source: 'reseller', mode: 'refetch' }, 1, 'refetch'],
  ])('%j is 202 with the number and the mode', async (body, invalidations, mode) => {
    const answer = await service.http.post(PATH).send(body).expect(202);
    expect(answer.body).toEqual({ invalidations, mode });
  });

  it('takes a thousand of the longest ids', async () => {
    const customerIds = Array.from({ length: 1000 }, (_, index) => '\u{20000}'.repeat(36) + String(1000 + index));
    const { body } = await service.http.post(PATH).send({ customerIds }).expect(202);
    expect(body).toEqual({ invalidations: 1000, mode: 'refetch' });
  });

  it.each<[unknown, object[]]>([
    [[], [{ in: 'body', detail: 'must be an object with: customerIds, billingCustomerId, source, organisation, mode' }, { in: 'body', detail: ONE_OF }]],
    [{}, [{ in: 'body', detail: ONE_OF }]],
    [{ source: 'xero', organisation: true }, [{ in: 'body', detail: ONE_OF }]],
    [{ customerIds: [] }, [{ in: 'body', name: 'customerIds', detail: 'must be a list of 1 to 1000 ids' }]],
    [{ customerIds: ['9876543210', 'x', 7] }, [{ in: 'body', name: 'customerIds[1]', detail: ID_RULE }, { in: 'body', name: 'customerIds[2]', detail: ID_RULE }]],
    [{ customerIds: Array(1001).fill('9876543210') }, [{ in: 'body', name: 'customerIds', detail: 'must be a list of 1 to 1000 ids' }]],
    [{ source: 'adyen' }, [{ in: 'body', name: 'source', detail: 'must be one of: reseller, billing, stripe, xero' }]],
    [{ organisation: false }, [{ in: 'body', name: 'organisation', detail: 'must be: true' }]],
    [{ billingCustomerId: 'x', mode: 'soft', more: 1 }, [
      { in: 'body', detail: 'unknown name; allowed: customerIds, billingCustomerId, source, organisation, mode' },
      { in: 'body', name: 'billingCustomerId', detail: 'must be a UUID (8-4-4-4-12 hexadecimal digits), not the nil or max one' },
      { in: 'body', name: 'mode', detail: 'must be one of: refetch, stale' },
    ]],
  ])('%j is 400 with every issue', async (sent, errors) => {
    const { body } = await service.http.post(PATH).send(sent as object).expect(400);
    expect(body).toMatchObject({ code: 'invalid_request', errors });
  }); // prettier-ignore

  it('changes nothing when one element of the list is wrong', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await settled(service);
    const generation = await stage.raw.hget(await stage.keyOf(customer), 'generation');
    await service.http.post(PATH).send({ customerIds: [customer.customerId, '?'] }).expect(400); // prettier-ignore
    expect((await service.http.get(customer.path)).headers['cache-status']).toMatch(/detail=local$/);
    expect(await stage.raw.hget(await stage.keyOf(customer), 'generation')).toBe(generation);
  });

  it('takes no query', async () => {
    await service.http.post(`${PATH}?mode=stale`).send({ organisation: true }).expect(400);
  });

  it('writes an audit line for each customer, and one for each wider invalidation', async () => {
    const seen = service.log.length;
    await service.http.post(PATH).send({ customerIds: ['9876543210', '9876543211'] });
    await service.http.post(PATH).send({ source: 'stripe' });
    await service.http.delete('/v1/customer-profiles/9876543210/cache?source=stripe').expect(204);
    const lines = service.log.slice(seen).filter(({ name }) => name === 'audit');
    const common = { right: 'profiles:refresh', caller: 'anonymous', outcome: 'succeeded' };
    const operation = 'POST /v1/invalidations';
    expect(lines).toMatchObject([
      { ...common, operation, customerId: '9876543210' },
      { ...common, operation, customerId: '9876543211' },
      { ...common, operation, source: 'stripe' },
      { ...common, customerId: '9876543210', source: 'stripe' },
    ]);
  });
});

describe('DELETE …/cache?source=', () => {
  it.each(['?source=paypal', '?source=', '?other=1'])('%s is 400', async (query) => {
    const { body } = await service.http.delete(`/v1/customer-profiles/9876543210/cache${query}`).expect(400);
    expect(body).toMatchObject({ code: 'invalid_request' });
  });
});

describe('an invalidation without Redis', () => {
  it.each([
    [{ customerIds: ['9876543210', '9876543211'] }],
    [{ billingCustomerId: '3fa85f64-5717-4562-b3fc-2c963f66afa6' }],
    [{ source: 'stripe' }],
    [{ organisation: true }],
  ])('is 503 cache_unavailable with Retry-After: %j', async (sent) => {
    const own = await openStage();
    const cut = await own.service();
    await own.redis.kill();
    const seen = cut.log.length;
    const { body, headers } = await cut.http.post(PATH).send(sent).expect(503);
    expect(body).toMatchObject({ code: 'cache_unavailable' });
    expect(headers['retry-after']).toBe('5');
    const outcomes = cut.log.slice(seen).filter(({ name }) => name === 'audit').map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['cache_unavailable']));
    expect(outcomes).toHaveLength('customerIds' in sent ? 2 : 1);
    await own.close();
  }); // prettier-ignore
});
