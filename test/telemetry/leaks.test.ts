import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { customer, customers } from '../../sandbox/customers/customers.ts';
import { type Fault, type FaultSource } from '../../sandbox/faults/fault.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { isRetryPause } from '../support/passing-time.ts';
import { type Service, startService } from '../support/service.ts';
import {
  CALLER_KEY,
  canaryVariables,
  CUSTOMER_IDS,
  found,
  PERSONAL_DATA,
  REQUEST_BUDGET_MS,
  SECRETS,
} from './canaries.ts';
import { exported } from './traces/tracing.ts';

const leak = JSON.stringify({ code: 'zq7', message: 'zq7 mickey@mouse.com', error_code: 'zq7', customerId: 'zq7' });
const faults: readonly Fault[] = [
  ...[400, 401, 403, 404, 422, 429, 500, 503].map((status): Fault => ({
    kind: 'status',
    status,
    body: leak,
    headers: { 'Retry-After': 'zq7', 'X-Request-Id': '<zq7>' },
  })),
  { kind: 'body', body: `<html>zq7 mickey@mouse.com</html>`, contentType: 'text/html' },
  { kind: 'body', body: `{"zq7":"mickey@mouse.com", ` },
  { kind: 'body', body: `{"__proto__":{"zq7":1}}` },
  { kind: 'body', body: 'null' },
  { kind: 'oversized', bytes: 2_000_000 },
  { kind: 'redirect', location: 'http://zq7.example.org/?token=zq7' },
  { kind: 'override', patch: { customerId: 'zq7-other', access_token: '', expires_in: 'zq7', connector_name: 'zq7' } },
  { kind: 'hold' },
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'reset-mid-body' },
  { kind: 'stall' },
  { kind: 'drip', intervalMs: 50 },
];
const MAX_PAUSE_MS = 100;
/** No source is held off for longer after it has failed. */
const COOLDOWN_MS = 60_000;
/** Under these a call ends when its time is up, and not before. */
const SILENT: readonly Fault['kind'][] = ['hold', 'hang', 'stall', 'drip'];
// The token first: once there is one, no other is fetched.
const sources = ['token', 'reseller', 'billing'] as const satisfies readonly FaultSource[];
const [linked, others] = [
  customer('fully-linked'),
  customers.filter(({ billingCustomerId }) => billingCustomerId !== null),
];

const titleOf = (fault: Fault): string =>
  [fault.kind, 'status' in fault ? fault.status : '', 'body' in fault && fault.kind === 'body' ? fault.body : ''].join(
    ' ',
  );

let sandbox: Sandbox;
let service: Service;
let collector: OtlpReceiver;

beforeAll(async () => {
  [sandbox, collector] = await Promise.all([startSandbox(), startOtlpReceiver()]);
});

beforeEach(async () => {
  service = await startService(canaryVariables(sandbox.url, collector.url));
  collector.clear();
});

afterEach(async () => {
  sandbox.faults.clear();
  await service.close();
});

afterAll(async () => {
  await sandbox.close();
  await collector.close();
});

/** Spans were exported, and none holds any of it. */
async function expectCleanSpans(): Promise<void> {
  await exported(service, collector);
  expect(collector.text).toContain('"GET /v1/customer-profiles/{customerId}"');
  expect(collector.text).toContain('"reseller get_customer"');
  expect(found([...SECRETS, ...PERSONAL_DATA, ...CUSTOMER_IDS], collector.text)).toEqual([]);
}

/** Asks with marked credentials of every kind besides the valid key. */
async function ask(path: string, key = CALLER_KEY): Promise<{ status: number; text: string }> {
  const headers = {
    'X-Api-Key': key,
    Authorization: 'Bearer zq7.zq7.zq7',
    Cookie: 'session=zq7',
    'User-Agent': 'zq7',
    tracestate: 'zq7=zq7',
    baggage: 'zq7=zq7',
  };
  const { status, text, headers: answered } = await service.http.get(path).set(headers);
  return { status, text: text + JSON.stringify(answered) };
}

/** As `ask`; time passes when nothing else is left to happen: a pause before a retry, and the silence of a source. */
async function askInTime(path: string, silence?: Promise<void>): Promise<{ status: number; text: string }> {
  const { clock } = service;
  const answer = ask(path);
  void silence?.then(() => {
    clock.advance(REQUEST_BUDGET_MS);
  });
  for (;;) {
    const pause = clock.whenSet(isRetryPause).then(() => null);
    const answered = await Promise.race([answer, pause]);
    if (answered) {
      // A call whose callers have left goes on until its own time is up.
      if (silence) clock.advance(REQUEST_BUDGET_MS);
      return answered;
    }
    clock.advance(MAX_PAUSE_MS);
  }
}

/** Resolves when so many requests have come and all but the source's are answered. */
function onlyWaitsFor(source: (typeof sources)[number], count: number): Promise<void> {
  const before = sandbox.traffic.requests.length;
  const isOf = ({ source: asked }: { source: string }): boolean =>
    source === 'billing' ? asked !== 'reseller' && asked !== 'token' : asked === source;
  return sandbox.traffic.until(() => {
    const requests = sandbox.traffic.requests.slice(before);
    return (
      requests.length >= count &&
      requests.some(isOf) &&
      requests.every((request) => isOf(request) || request.status !== 'none')
    );
  });
}

const profileOf = ({ resource, billingCustomerId }: typeof linked): string =>
  `/v1/customer-profiles/${encodeURIComponent(resource.customerId)}?billingCustomerId=${billingCustomerId}`;

it('a number is found as a word of its own, and not in an id or a time', () => {
  expect(found(['97201'], 'Portland 97201.')).toEqual(['97201']);
  expect(found(['97201'], '{"postalCode":"97201","id":"a97201b"}')).toEqual(['97201']);
  expect(found(['97201'], 'a97201b 12.97201 1972012')).toEqual([]);
});

describe('no log line, no error and no span holds a secret or personal data', () => {
  it('when every customer is read, wrong credentials are sent and Redis is unreachable', async () => {
    for (const one of others) {
      const { status, text } = await askInTime(profileOf(one));
      expect({ status, secrets: found(SECRETS, text) }).toEqual({ status: 200, secrets: [] });
    }
    const refusals = [
      await ask(profileOf(linked), 'zq7-wrong'),
      await ask('/zq7'),
      await ask('/v1/customer-links/zq7?zq7=zq7'),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([401, 404, 400]);
    expect(found([...SECRETS, ...PERSONAL_DATA], refusals.map(({ text }) => text).join())).toEqual([]);
    expect(found([...SECRETS, ...PERSONAL_DATA], JSON.stringify(service.log))).toEqual([]);
    expect(service.log.length).toBeGreaterThan(others.length);
    await expectCleanSpans();
  });

  it.each(faults.map((fault) => [titleOf(fault), fault] as const))(
    'when each source in turn has a fault: %s',
    async (_title, fault) => {
      for (const [index, source] of sources.entries()) {
        sandbox.traffic.reset();
        sandbox.faults.set(source, fault);
        const profile = profileOf(others[index] ?? linked);
        const silence = (count: number): Promise<void>[] =>
          SILENT.includes(fault.kind) ? [onlyWaitsFor(source, count)] : [];
        // The token or the customer, and eleven connectors; then what has not been answered.
        await askInTime(`${profile}&require=reseller,stripe`, ...silence(12));
        const { text } = await askInTime(`${profile}&connectors=stripe&require=reseller,stripe`, ...silence(1));
        expect(found(SECRETS, text)).toEqual([]);
        expect(sandbox.traffic.counts.bySource[source === 'billing' ? 'stripe' : source]).toBeGreaterThan(0);
        sandbox.faults.clear(source);
        service.clock.advance(COOLDOWN_MS);
      }
      expect(found([...SECRETS, ...PERSONAL_DATA], JSON.stringify(service.log))).toEqual([]);
      await expectCleanSpans();
    },
  );
});

describe('this search', () => {
  it('would find a leak: the canaries are in the answered profiles', async () => {
    const { text } = await ask(profileOf(linked));
    expect(found(PERSONAL_DATA, text)).toEqual(expect.arrayContaining(['Fairmont', 'mickey@mouse.com', '95110-1234']));
  });
});
