import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type AnswerFault } from '../../sandbox/faults/fault.ts';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { quietAgain } from '../support/shared-service.ts';

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

const badRequest = (message: string): AnswerFault => ({
  kind: 'status',
  status: 400,
  body: { error_code: 'BAD_REQUEST', message },
});
const answers = (status: number, body?: unknown): AnswerFault => ({ kind: 'status', status, body });

/** An answer of stripe, the state its source is then in, and whether that is definite. */
const ANSWERS: readonly (readonly [what: string, answer: AnswerFault, state: string, definite: boolean])[] = [
  ['400 no integration', badRequest("No integration found for connector 'stripe'."), 'not_linked', true],
  ['400 no longer available', badRequest('The requested integration is no longer available.'), 'integration_removed', true],
  ['400 an error occurred', badRequest('An error occurred while processing your request.'), 'upstream_error', false],
  ['400 with an unknown sentence', badRequest('Integration is resting.'), 'upstream_error', false],
  ['400 that is not JSON', { kind: 'body', status: 400, body: '<p>No integration found</p>', contentType: 'text/html' }, 'upstream_error', false],
  ['404 customer not found', answers(404), 'customer_unknown', true],
  ['404 from whatever stands in front', answers(404, { message: 'no route matched' }), 'upstream_error', false],
  ['404 with the code but of a route', answers(404, { error_code: 'NOT_FOUND', message: 'Not Found' }), 'upstream_error', false],
  ['404 that is not JSON', { kind: 'body', status: 404, body: 'Customer not found', contentType: 'text/plain' }, 'upstream_error', false],
  ['422 with a status_code', answers(422), 'upstream_error', false],
  ['422 with details', answers(422, { detail: [{ loc: ['path'], msg: 'value is not a valid uuid', type: 'type_error.uuid' }] }), 'upstream_error', false],
  ['401', answers(401), 'unauthorised', false],
  ['403', answers(403), 'unauthorised', false],
  ['429', answers(429), 'throttled', false],
  ['500', answers(500), 'upstream_error', false],
  ['501', answers(501), 'upstream_error', false],
  ['502', answers(502), 'upstream_error', false],
  ['503', answers(503), 'upstream_error', false],
  ['504', answers(504), 'upstream_error', false],
]; // prettier-ignore

describe('a connector’s answer decides its state (F18)', () => {
  it.each(ANSWERS)('%s', async (_what, answer, state, definite) => {
    stack.sandbox.faults.set('stripe', answer);
    const path = profilePath(stack.newCustomer('fully-linked'), 'connectors=stripe');
    const { status, body } = await throughWaits(service, service.http.get(path));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      complete: definite,
      connectors: [{ name: 'stripe', category: 'payments', state }],
      sources: [
        { source: 'reseller', state: 'ok' },
        { source: 'billing', state: 'linked' },
        { source: 'stripe', state },
      ],
    });
    expect(Object.keys(body.connectors[0])).toStrictEqual(['name', 'category', 'state']);
  });
});
