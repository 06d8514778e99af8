import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type AnswerFault } from '../../sandbox/faults/fault.ts';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { pass, settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { quietAgain } from '../support/shared-service.ts';
import { failedAttempts, sourceOf } from '../upstream/reading.ts';

const REASON = '404 in an undocumented shape';
/** Past the time of a customer that is cached. */
const DUE_MS = 400_000;

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

const json = (body: unknown): AnswerFault => ({ kind: 'status', status: 404, body });
const UNDOCUMENTED: readonly (readonly [string, AnswerFault])[] = [
  ['without a body', { kind: 'body', status: 404, body: '' }],
  ['with a page', { kind: 'body', status: 404, body: '<h1>404</h1>', contentType: 'text/html' }],
  ['with the documented body as text', { kind: 'body', status: 404, body: '{"code":"1116"}', contentType: 'text/plain' }],
  ['with broken JSON', { kind: 'body', status: 404, body: '{"code":"1116"' }],
  ['with a number that happens to be 404', json({ code: 404, message: 'no Route matched with those values' })],
  ['with the code as a number', json({ code: 1116, message: 'Invalid Customer' })],
  ['with a word', json({ code: 'route_not_found' })],
  ['with the code of another resource', json({ code: '1143', message: 'Linked Account Group Not Found' })],
  ['with the code in spaces', json({ code: ' 1116 ' })],
  ['with a longer code', json({ code: '11160' })],
  ['with the code in a list', json({ code: ['1116'] })],
  ['with the code below another name', json({ error_code: '1116' })],
  ['with the code inside an error', json({ error: { code: '1116' } })],
  ['with the body in a list', json([{ code: '1116' }])],
  ['with the code as the body', json('1116')],
  ['with the id of another customer', json({ code: '1116', message: 'Invalid Customer', customerId: 'another-customer' })],
  ['with the id in a list', json({ code: '1116', customerId: ['another-customer'] })],
  ['with nothing in it', json({})],
  ['with the words of the billing platform', json({ error_code: 'NOT_FOUND', message: 'Customer not found' })],
]; // prettier-ignore

describe.each(UNDOCUMENTED)('a 404 %s', (_title, fault) => {
  it('is not definite: the cached value is answered, and log and explanation say why (W3)', async () => {
    const one = stack.newCustomer('no-billing-customer');
    await service.http.get(profilePath(one)).expect(200);
    await settled(service);
    await pass(DUE_MS, service);
    stack.sandbox.faults.set('reseller', fault);
    // The process that fetches, and one that reads what is stored.
    for (let reads = 0; reads < 2; reads += 1) {
      const { body } = await service.http.get(profilePath(one)).expect(200);
      await settled(service);
      expect(body).toMatchObject({ name: 'Lumen Field Surveys', complete: true });
      expect(sourceOf(body, 'reseller')).toMatchObject({ state: 'ok', stale: true });
    }
    expect(failedAttempts(service, 'reseller')).toMatchObject([
      { state: 'upstream_error', reason: REASON, status: 404 },
    ]);
    const { body } = await service.http.get(profilePath(one, '', '/explanation')).expect(200);
    expect(body.parts[0].failure).toMatchObject({ state: 'upstream_error', status: 404, reason: REASON });
  });

  it('is 502 where nothing is cached, and the explanation says why (A3)', async () => {
    const one = stack.newCustomer('no-billing-customer');
    stack.sandbox.faults.set('reseller', fault);
    const answer = await service.http.get(profilePath(one)).expect(502);
    expect(answer.body).toMatchObject({ code: 'source_failed', source: 'reseller', state: 'upstream_error' });
    expect(failedAttempts(service, 'reseller')).toMatchObject([{ reason: REASON }]);
    const { body } = await service.http.get(profilePath(one, '', '/explanation')).expect(200);
    expect(body.parts[0]).toMatchObject({ state: 'absent', refresh: { asked: true, why: 'absent' } });
    expect(body.parts[0].failure).toMatchObject({
      state: 'upstream_error',
      status: 404,
      reason: REASON,
      attempts: 1,
      retryInSeconds: 0,
    });
    stack.sandbox.faults.clear();
    await service.http.get(profilePath(one)).expect(200);
  });
});

it('a 404 with the documented code is definite, whatever stands beside it', async () => {
  stack.sandbox.faults.set('reseller', json({ code: '1116', additionalDetails: [] }));
  const { body } = await service.http.get(profilePath(stack.newCustomer('no-billing-customer'))).expect(404);
  expect(body.code).toBe('customer_not_found');
});

it.each([400, 410, 422])('a %d with the code of an unknown customer is not definite', async (status) => {
  stack.sandbox.faults.set('reseller', { kind: 'status', status, body: { code: '1116' } });
  const { body } = await service.http.get(profilePath(stack.newCustomer('no-billing-customer'))).expect(502);
  expect(body.state).toBe('upstream_error');
});
