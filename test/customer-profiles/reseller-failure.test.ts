import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../sandbox/faults/fault.ts';
import { pass, settled, throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { quietAgain } from '../support/shared-service.ts';
import { callsEnded } from '../upstream/reading.ts';
import { profilePath, type Stack, startStack } from './stack.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await quietAgain(service);
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

const html = '<!doctype html><title>Bad Gateway</title>';
const gateway404 = { error_code: '404001', message: 'Resource not found' };

const ANSWERED_WRONGLY: readonly (readonly [what: string, fault: Fault, state: string])[] = [
  ['answers 500', { kind: 'status', status: 500 }, 'upstream_error'],
  ['answers 503', { kind: 'status', status: 503 }, 'upstream_error'],
  ['answers 400', { kind: 'status', status: 400 }, 'upstream_error'],
  ['answers 403 for the API key', { kind: 'status', status: 403 }, 'unauthorised'],
  ['is shielded by a gateway that answers 404', { kind: 'status', status: 404, body: gateway404 }, 'upstream_error'],
  ['is shielded by a 404 in HTML', { kind: 'body', status: 404, body: html, contentType: 'text/html' }, 'upstream_error'],
  ['is shielded by a 404 without a code', { kind: 'status', status: 404, body: { message: 'no route' } }, 'upstream_error'],
  ['resets every connection', { kind: 'reset' }, 'upstream_error'],
  ['answers 200 with HTML', { kind: 'body', body: html, contentType: 'text/html' }, 'malformed'],
  ['answers 200 with nothing', { kind: 'body', body: '' }, 'malformed'],
  ['answers 200 with null', { kind: 'body', body: 'null' }, 'malformed'],
  ['answers 200 with []', { kind: 'body', body: '[]' }, 'malformed'],
  ['answers 200 with half of its JSON', { kind: 'body', body: '{"customerId": "2005' }, 'malformed'],
  ['answers 200 without a customer id', { kind: 'override', patch: {}, remove: ['customerId'] }, 'malformed'],
  ['answers with another customer', { kind: 'override', patch: { customerId: '9876543210' } }, 'malformed'],
  ['sends 64 MB', { kind: 'oversized', bytes: 64 * 1024 * 1024 }, 'malformed'],
  ['redirects elsewhere', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, 'upstream_error'],
]; // prettier-ignore

describe('without the reseller’s answer there is no profile', () => {
  it.each(ANSWERED_WRONGLY)('502 when it %s; nothing of it is shown or cached', async (_what, fault, state) => {
    const one = stack.newCustomer('fully-linked');
    stack.sandbox.faults.set('reseller', fault);
    const { status, body, headers } = await throughWaits(service, service.http.get(profilePath(one)));
    expect(status).toBe(502);
    expect(headers).toMatchObject({
      'content-type': expect.stringMatching(/^application\/problem\+json/),
      'cache-control': 'no-store',
    });
    expect(body).toStrictEqual({
      type: '/docs/errors.md#source_failed',
      title: 'A required source failed',
      status: 502,
      detail: `The source reseller is required and gave no definite answer: ${state}.`,
      code: 'source_failed',
      requestId: headers['x-request-id'],
      source: 'reseller',
      state,
    });

    stack.sandbox.faults.clear();
    await settled(service);
    const healed = await service.http.get(profilePath(one)).expect(200);
    expect(healed.body).toMatchObject({ customerId: one.resource.customerId, name: 'Fairmont', complete: true });
  });

  it('503 when it answers 429, with the time after which to ask again', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'status', status: 429 });
    const { status, body, headers } = await service.http.get(profilePath(stack.newCustomer('fully-linked')));
    expect({ status, body }).toMatchObject({
      status: 503,
      body: { code: 'source_unavailable', source: 'reseller', state: 'throttled' },
    });
    expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });

  it.each([
    ['the attempt’s own time', { RESELLER_TIMEOUT_MS: '600', REQUEST_BUDGET_MS: '60000' }],
    ['the request’s budget', { RESELLER_TIMEOUT_MS: '60000', REQUEST_BUDGET_MS: '600' }],
  ])('504 when it hangs, cut at %s, and its connection is given up', async (_what, times) => {
    const hurried = await stack.start(times);
    stack.sandbox.traffic.reset();
    for (const [index, kind] of (['hang', 'stall'] as const).entries()) {
      stack.sandbox.faults.set('reseller', { kind });
      const answer = hurried.http.get(profilePath(stack.newCustomer('fully-linked'))).then((there) => there);
      await stack.sandbox.traffic.until(({ bySource }) => bySource.reseller === index + 1);
      // The token at first, later the reseller’s call that was cut; and the connectors.
      await callsEnded(hurried, (index + 1) * 12);
      hurried.clock.advance(601);
      const { status, body } = await answer;
      expect({ status, body }).toMatchObject({
        status: 504,
        body: { code: 'source_timeout', source: 'reseller', state: 'timeout' },
      });
    }
    await stack.sandbox.traffic.until(({ aborted }) => aborted === 2);
    await hurried.close();
  });

  it('answers with the last good view, marked as old, when there is one', async () => {
    const one = stack.newCustomer('fully-linked');
    await service.http.get(profilePath(one)).expect(200);
    await pass(400_000, service);
    stack.sandbox.faults.set('reseller', { kind: 'override', patch: { customerId: '9876543210' } });
    const { body } = await service.http.get(profilePath(one)).expect(200);
    expect(body).toMatchObject({ customerId: one.resource.customerId, name: 'Fairmont', complete: true });
    expect(body.sources[0]).toMatchObject({ state: 'ok', stale: true, lastAttempt: { state: 'malformed' } });
  });
});
