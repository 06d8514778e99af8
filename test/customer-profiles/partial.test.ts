import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../sandbox/faults/fault.ts';
import { type ProfileConnector, type ProfileSource } from '../../src/profile-merge/profile.schema.ts';
import { pass, throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { quietAgain } from '../support/shared-service.ts';
import { type Answer, callsEnded, callsSoFar } from '../upstream/reading.ts';
import { profilePath, type Stack, startStack } from './stack.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start({ BILLING_TIMEOUT_MS: '1000' });
  // From now on it has its token.
  await service.http.get(profilePath(stack.newCustomer('no-billing-customer'))).expect(200);
  stack.sandbox.traffic.reset();
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

const html = '<!doctype html><title>Bad Gateway</title>';

/** Every way the sandbox can fail, and the state the connector is then in. */
const FAULTS: readonly (readonly [what: string, fault: Fault, state: string])[] = [
  ['is slower than its time', { kind: 'hold' }, 'timeout'],
  ['never answers', { kind: 'hang' }, 'timeout'],
  ['sends one byte and stops', { kind: 'stall' }, 'timeout'],
  ['drips a byte at a time', { kind: 'drip', intervalMs: 1000 }, 'timeout'],
  ['resets every connection', { kind: 'reset' }, 'upstream_error'],
  ['resets in the middle of the body', { kind: 'reset-mid-body' }, 'upstream_error'],
  ['answers 500', { kind: 'status', status: 500 }, 'upstream_error'],
  ['answers 200 with HTML', { kind: 'body', body: html, contentType: 'text/html' }, 'malformed'],
  ['answers 200 with HTML called JSON', { kind: 'body', body: html }, 'malformed'],
  ['answers 200 with nothing', { kind: 'body', body: '' }, 'malformed'],
  ['answers 200 with null', { kind: 'body', body: 'null' }, 'malformed'],
  ['answers 200 with []', { kind: 'body', body: '[]' }, 'malformed'],
  ['answers 200 with {}', { kind: 'body', body: '{}' }, 'malformed'],
  ['answers 200 with half of its JSON', { kind: 'body', body: '{"connector_name": "str' }, 'malformed'],
  ['nests 50,000 arrays', { kind: 'body', body: '['.repeat(50_000) + ']'.repeat(50_000) }, 'malformed'],
  ['sends 64 MB', { kind: 'oversized', bytes: 64 * 1024 * 1024 }, 'malformed'],
  ['sends a gzip bomb', { kind: 'oversized', bytes: 64 * 1024 * 1024, gzip: true }, 'malformed'],
  ['redirects elsewhere', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, 'upstream_error'],
  ['answers for another connector', { kind: 'override', patch: { connector_name: 'xero' } }, 'malformed'],
];

/** The reseller’s view and ten connectors. */
const ALL_BUT_ONE = 11;

/** Reads the customer; when stripe does not answer, its time passes as soon as all others have answered. */
async function read(path: string, stripeIs: string): Promise<Answer> {
  const before = await callsSoFar(service);
  const answer = throughWaits(service, service.http.get(path));
  if (stripeIs !== 'timeout') return answer;
  await stack.sandbox.traffic.until(({ bySource }) => bySource.stripe === 1);
  await callsEnded(service, before + ALL_BUT_ONE);
  service.clock.advance(1000);
  return answer;
}

describe('a connector that fails leaves the rest of the profile whole', () => {
  it.each(FAULTS)('when it %s, and is asked again after the failure’s time', async (_what, fault, state) => {
    const one = stack.newCustomer('fully-linked');
    stack.sandbox.faults.set('stripe', fault);
    const { status, body, headers } = await read(profilePath(one), state);
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'Fairmont', email: 'mickey@mouse.com', complete: false });
    expect(headers['profile-complete']).toBe('?0');
    expect(body.connectors[0]).toStrictEqual({ name: 'stripe', category: 'payments', state });
    expect(body.sources).toContainEqual({ source: 'stripe', state, fetchedAt: null, stale: false });
    expect((body.connectors as ProfileConnector[]).slice(1).map((connector) => connector.state)).toStrictEqual(
      Array.from({ length: 10 }, () => 'linked'),
    );
    expect(JSON.stringify(body)).not.toMatch(/doctype|padding|127\.0\.0\.1|Failed to retrieve/);

    stack.sandbox.faults.clear();
    stack.sandbox.traffic.reset();
    const meanwhile = await service.http.get(profilePath(one));
    expect(meanwhile.body.connectors[0].state).toBe(state);
    expect(stack.sandbox.traffic.requests).toStrictEqual([]);

    await pass(11_000, service);
    const healed = await service.http.get(profilePath(one));
    expect(healed.body.complete).toBe(true);
    expect(healed.body.connectors[0]).toMatchObject({ name: 'stripe', state: 'linked', referenceId: 'cus_12345' });
    expect(stack.sandbox.traffic.requests.map(({ source }) => source)).toStrictEqual(['stripe']);
  });

  it('shows the last good reference, marked as old, when a connector fails that answered before', async () => {
    const one = stack.newCustomer('fully-linked');
    await service.http.get(profilePath(one)).expect(200);
    await pass(400_000, service);
    stack.sandbox.faults.set('stripe', { kind: 'body', body: 'null' });
    const { body } = await service.http.get(profilePath(one));
    expect(body.complete).toBe(true);
    expect(body.connectors[0]).toMatchObject({ name: 'stripe', state: 'linked', referenceId: 'cus_12345' });
    expect((body.sources as ProfileSource[]).find(({ source }) => source === 'stripe')).toMatchObject({
      state: 'linked',
      stale: true,
      lastAttempt: { state: 'malformed' },
    });
  });

  it('heals a single reset within the same request', async () => {
    stack.sandbox.faults.set('stripe', { kind: 'reset', times: 1 });
    const { body } = await throughWaits(service, service.http.get(profilePath(stack.newCustomer('fully-linked'))));
    expect(stack.asked('stripe')).toHaveLength(2);
    expect(body.complete).toBe(true);
    expect(body.connectors[0]).toMatchObject({ name: 'stripe', state: 'linked' });
  });
});
