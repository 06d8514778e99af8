import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Fault } from '../../sandbox/faults/fault.ts';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { settled, throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { quietAgain } from '../support/shared-service.ts';
import { failedAttempts, linkedCustomer, metric, resellerOnly, sourceOf } from './reading.ts';

const MARK = 'quoted-mark-7731';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await quietAgain(service);
  stack.sandbox.traffic.reset();
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

const html = `<html>${MARK}</html>`;
const MALFORMED: readonly (readonly [string, Fault])[] = [
  ['truncated JSON', { kind: 'body', body: `{"customerId":"${MARK}","compa` }],
  ['malformed JSON', { kind: 'body', body: `{customerId:'${MARK}'}` }],
  ['HTML with 200', { kind: 'body', body: html, contentType: 'text/html' }],
  ['HTML with 200 that calls itself JSON', { kind: 'body', body: html }],
  ['JSON with 200 that calls itself HTML', { kind: 'body', body: '{}', contentType: 'text/html' }],
  ['empty 200', { kind: 'body', body: '' }],
  ['`null`', { kind: 'body', body: 'null' }],
  ['`[]`', { kind: 'body', body: '[]' }],
  ['control characters', { kind: 'body', body: '\u0000\u0001' }],
  ['an object that is neither', { kind: 'body', body: `{"unexpected":"${MARK}"}` }],
];

describe.each(MALFORMED)('%s (F5)', (_title, fault) => {
  it('from the reseller is 502 `malformed`, never cached, never quoted', async () => {
    const path = profilePath(stack.newCustomer('no-billing-customer'));
    stack.sandbox.faults.set('reseller', { ...fault, times: 1 });
    const { status, text } = await service.http.get(path);
    expect(status).toBe(502);
    expect(JSON.parse(text)).toMatchObject({ code: 'source_failed', state: 'malformed', source: 'reseller' });
    expect(text + JSON.stringify(service.log)).not.toContain(MARK);
    expect(failedAttempts(service, 'reseller')).toMatchObject([{ state: 'malformed', attempt: 1 }]);
    await service.http.get(path).expect(200);
  });

  it('from one connector is partial `malformed`, never half an object, never cached', async () => {
    const { path } = linkedCustomer(stack);
    stack.sandbox.faults.set('stripe', { ...fault, times: 1 });
    const { status, body, text } = await service.http.get(path);
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'Fairmont', complete: false });
    expect(sourceOf(body, 'stripe')).toMatchObject({ state: 'malformed' });
    expect(body.connectors[0]).toStrictEqual({ name: 'stripe', category: 'payments', state: 'malformed' });
    expect(text).not.toContain(MARK);
    await settled(service);
    service.clock.advance(11_000);
    expect((await service.http.get(path)).body.complete).toBe(true);
  });
});

describe('a reset in the middle of the body (F5)', () => {
  it('is one retry with new ids, then 502; once only, the caller gets a complete answer', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'reset-mid-body' });
    const [path = '', other = ''] = resellerOnly(stack, 2);
    await throughWaits(service, service.http.get(path).expect(502));
    expect(stack.sandbox.traffic.counts).toMatchObject({ replays: 0, duplicateRequestIds: 0 });
    expect(stack.asked('reseller')).toHaveLength(2);
    stack.sandbox.faults.set('xero', { kind: 'reset-mid-body', times: 1 });
    stack.sandbox.faults.clear('reseller');
    const { body } = await throughWaits(service, service.http.get(linkedCustomer(stack).path).expect(200));
    expect(body.complete).toBe(true);
    expect(stack.asked('xero')).toHaveLength(2);
    await service.http.get(other).expect(200);
  });
});

describe('a body that names another customer’s id (F15)', () => {
  it('is `malformed`, with a log line for the operator and nothing cached', async () => {
    const path = profilePath(stack.newCustomer('no-billing-customer'));
    const patch = { customerId: '9876543210' };
    stack.sandbox.faults.set('reseller', { kind: 'override', patch, times: 1 });
    const { body } = await service.http.get(path).expect(502);
    expect(body).toMatchObject({ state: 'malformed' });
    expect(failedAttempts(service, 'reseller')).toMatchObject([
      { reason: 'the body is another customer', event: 'foreign_customer' },
    ]);
    await service.http.get(path).expect(200);
  });
});

describe('`__proto__` and `constructor.prototype` in a body (F16)', () => {
  it('are dropped; no prototype changes', async () => {
    const one = stack.newCustomer('no-billing-customer');
    const evil = '"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}';
    const body = `{${evil},"companyProfile":{${evil},"companyName":"Calder Mills"},"customerId":"${one.resource.customerId}"}`;
    stack.sandbox.faults.set('reseller', { kind: 'body', body });
    const answer = await service.http.get(profilePath(one)).expect(200);
    expect(answer.body.name).toBe('Calder Mills');
    expect(answer.text).not.toContain('polluted');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('unknown fields, new enum values, `null` where absent was documented (F14)', () => {
  it('are a complete 200, and each unknown thing is counted', async () => {
    const patch = { novelty: { deep: [1] }, status: '1999', discounts: null, benefits: null, linkedMembership: null };
    stack.sandbox.faults.set('reseller', { kind: 'override', patch });
    stack.sandbox.faults.set('stripe', { kind: 'override', patch: { novelty: true, email: null } });
    const own = await stack.start();
    const { body } = await own.http.get(linkedCustomer(stack).path).expect(200);
    expect(body.complete).toBe(true);
    expect(body.account).toMatchObject({ status: { code: '1999' }, benefits: [], linkedMembership: null });
    const counted = (labels: Record<string, string>): Promise<number> => metric(own, 'upstream_drift_total', labels);
    expect(await counted({ upstream: 'reseller', field: 'novelty', kind: 'unknown_field' })).toBe(1);
    expect(await counted({ upstream: 'reseller', field: 'status', kind: 'unknown_value' })).toBe(1);
    expect(await counted({ upstream: 'billing', field: 'novelty', kind: 'unknown_field' })).toBe(1);
    expect(await counted({})).toBe(3);
    await own.close();
  });
});

describe('a redirect to another host (F17)', () => {
  it('is not followed; the other host sees nothing', async () => {
    let seen = 0;
    const other = createServer((_request, response) => {
      seen += 1;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    other.on('connection', () => (seen += 1));
    await once(other, 'listening');
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v3/customers/1`;
    stack.sandbox.faults.set('reseller', { kind: 'redirect', location });
    stack.sandbox.faults.set('stripe', { kind: 'redirect', location });
    await service.http.get(linkedCustomer(stack).path).expect(502);
    const { body } = await service.http.get(`${linkedCustomer(stack).path}&require=billing`).expect(200);
    expect(sourceOf(body, 'stripe')).toMatchObject({ state: 'upstream_error' });
    expect(seen).toBe(0);
    other.close();
  });
});
