import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ProfileConnector } from '../../../src/profile-merge/profile.schema.ts';
import { pass, settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';
import { quietAgain } from '../../support/shared-service.ts';
import { type Answer, callsEnded, callsSoFar, metric } from '../../upstream/reading.ts';
import { profilePath, type Stack, startStack } from '../stack.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  // Without the caller’s word an answer would take a minute, which never passes here.
  service = await stack.start({
    REQUEST_BUDGET_MS: '60000',
    RESELLER_TIMEOUT_MS: '60000',
    BILLING_TIMEOUT_MS: '60000',
  });
  // From now on it has its token.
  await service.http.get(profilePath(stack.newCustomer('no-billing-customer'))).expect(200);
  stack.sandbox.traffic.reset();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await quietAgain(service, LOOKS_BACK_MS);
  stack.sandbox.traffic.reset();
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

/** A breaker looks back for six times as long as a call may take. */
const LOOKS_BACK_MS = 6 * 60_000 + 1;

const WAYS: readonly (readonly [way: string, query: string, headers: Record<string, string>])[] = [
  ['budgetMs', 'budgetMs=1000', {}],
  ['X-Request-Timeout-Ms', '', { 'X-Request-Timeout-Ms': '1000' }],
  ['x-envoy-expected-rq-timeout-ms', '', { 'x-envoy-expected-rq-timeout-ms': '1000' }],
  ['the least of the three', 'budgetMs=50000', { 'X-Request-Timeout-Ms': '1000', 'x-envoy-expected-rq-timeout-ms': '50000' }],
]; // prettier-ignore

/** The reseller’s view and ten connectors. */
const ALL_BUT_ONE = 11;

/** Asks while xero hangs, and lets the caller’s second pass when all others have answered. */
async function withoutXero(
  path: string,
  headers: Record<string, string> = {},
  kind: 'hang' | 'hold' = 'hang',
): Promise<Answer> {
  stack.sandbox.faults.set('xero', { kind });
  const before = await callsSoFar(service);
  const answer = service.http.get(path).set(headers).then((there) => there); // prettier-ignore
  await stack.sandbox.traffic.until(({ bySource }) => bySource.xero === 1);
  await callsEnded(service, before + ALL_BUT_ONE);
  service.clock.advance(1001);
  return answer;
}

describe('the caller’s time', () => {
  it.each(WAYS)('set by %s: the answer has the parts that are there by then', async (_way, query, headers) => {
    const one = stack.newCustomer('fully-linked');
    const { status, body } = await withoutXero(profilePath(one, query), headers);
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'Fairmont', complete: false });
    const connectors = body.connectors as ProfileConnector[];
    expect(connectors.find(({ name }) => name === 'xero')?.state).toBe('timeout');
    expect(connectors.filter(({ state }) => state === 'linked')).toHaveLength(10);
    // The call has its own time, whatever its callers have.
    expect(await metric(service, 'http_client_active_requests')).toBe(1);
    service.clock.advance(60_000);
    await stack.sandbox.traffic.until(({ aborted }) => aborted === 1);
  });

  it('that was too short for a source does not end its call: the late answer is there for the next caller', async () => {
    const one = stack.newCustomer('fully-linked');
    expect((await withoutXero(profilePath(one, 'budgetMs=1000'), {}, 'hold')).status).toBe(200);
    stack.sandbox.faults.clear();
    await settled(service);
    stack.sandbox.traffic.reset();
    const { body, headers } = await service.http.get(profilePath(one)).expect(200);
    expect(body.complete).toBe(true);
    expect(headers['cache-status']).toContain('; hit; ');
    expect(stack.sandbox.traffic.requests).toStrictEqual([]);
  });

  it('has one timer, also when a read looks at it twice', async () => {
    const one = stack.newCustomer('fully-linked');
    await service.http.get(profilePath(one)).expect(200);
    await pass(600_000, service);
    // A stale entry waits a moment for its refresh, then, as the refresh came in time, for all that was asked for.
    const { headers } = await service.http.get(profilePath(one, 'budgetMs=7000')).expect(200);
    expect(headers['cache-status']).toContain('; fwd=stale;');
    expect(service.clock.isSet((ms) => ms === 7000, 2)).toBe(false);
  });

  it('never lengthens the configured budget', async () => {
    const hurried = await stack.start({ REQUEST_BUDGET_MS: '300', RESELLER_TIMEOUT_MS: '60000' });
    stack.sandbox.faults.set('reseller', { kind: 'hang' });
    const answer = hurried.http
      .get(profilePath(stack.newCustomer('fully-linked'), 'budgetMs=50000'))
      .set('X-Request-Timeout-Ms', '50000')
      .then((there) => there);
    await stack.sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    hurried.clock.advance(301);
    const { status, body } = await answer;
    await hurried.close();
    expect({ status, code: body.code }).toStrictEqual({ status: 504, code: 'source_timeout' });
  });

  it.each([
    ...['-1', '0', '1e999', 'NaN', '0x10', '1.5', '', '1000000', '%205'].map(
      (ms) => [`budgetMs=${ms}`, ms, {}] as const,
    ),
    ['X-Request-Timeout-Ms: 1e3', '', { 'X-Request-Timeout-Ms': '1e3' }] as const,
    ['x-envoy-expected-rq-timeout-ms: soon', '', { 'x-envoy-expected-rq-timeout-ms': 'soon' }] as const,
  ])('%s is refused before any call', async (title, ms, headers) => {
    const query = title.startsWith('budgetMs') ? `?budgetMs=${ms}` : '';
    const path = profilePath(stack.newCustomer('no-billing-customer'));
    const { status, body } = await service.http.get(path + query).set(headers);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ in: query === '' ? 'header' : 'query' }]);
    expect(stack.sandbox.traffic.requests).toStrictEqual([]);
  });
});
