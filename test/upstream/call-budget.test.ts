import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Deadline } from '../../src/resilience/deadline.ts';
import { CallWait } from '../../src/upstream/call-context.ts';
import { UpstreamHttp } from '../../src/upstream/upstream-http.ts';
import { UpstreamPolicies } from '../../src/upstream/upstream-policies.ts';
import { throughWaits } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

type Outcome = 200 | 404 | 500 | 503 | 'reset' | 'cut' | 'garbage';

let server: Server;
let service: Service;
const variables = sandboxVariables('http://127.0.0.1:1');
const CIRCUIT_OPEN = 'billing test: circuit_open (the circuit breaker is open)';
/** The answers to the next requests; after the last, 200. */
let outcomes: Outcome[];
let requests: { readonly attempt: string; readonly breaker: string }[];

beforeAll(async () => {
  server = createServer((request, response) => {
    const [policies] = service.app.get(UpstreamPolicies, { strict: false }).all();
    requests.push({ attempt: String(request.headers['x-attempt']), breaker: policies?.breaker.stateName ?? 'none' });
    const outcome = outcomes.shift() ?? 200;
    // The retry of a closed kept connection is outside the budget; there is none here.
    response.setHeader('connection', 'close');
    if (outcome === 'reset') request.socket.resetAndDestroy();
    else if (outcome === 'cut') request.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"a":');
    else response.writeHead(outcome === 'garbage' ? 200 : outcome).end(outcome === 'garbage' ? '<' : '{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

beforeEach(async () => {
  service = await startService(variables);
  outcomes = [];
  requests = [];
});

afterEach(() => service.close());

afterAll(() => {
  server.close();
});

/** A process that has learnt nothing yet. */
async function restart(): Promise<void> {
  await service.close();
  service = await startService(variables);
  requests = [];
}

const callOnce = (): Promise<string> => throughWaits(service, send());

async function send(): Promise<string> {
  try {
    return await service.app.get(UpstreamHttp, { strict: false }).send({
      upstream: 'billing',
      operation: 'test',
      organisation: 'one',
      method: 'GET',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      headers: (previous) => ({ 'x-attempt': previous }),
      attemptTimeoutMs: 1000,
      deadline: new Deadline(service.clock, 2000),
      wait: new CallWait(),
      requestId: 'r',
      read: ({ status }) =>
        status < 300 || status === 404 ? { state: 'ok', value: 'ok' } : { failure: 'upstream_error', reason: 'test' },
    });
  } catch (error) {
    return error instanceof Error ? error.message : 'no error';
  }
}

const outcome = fc.constantFrom<Outcome>(200, 200, 404, 500, 500, 503, 'reset', 'cut', 'garbage');

describe('calls really sent over HTTP', () => {
  it('are at most first attempts × 1.1 and the minimum, and none is sent while the circuit breaker is open', async () => {
    const sequences = fc.sample(fc.array(outcome, { minLength: 60, maxLength: 60 }), 8);
    for (const sequence of sequences) {
      await restart();
      outcomes = [...sequence];
      while (outcomes.length > 0 && (await callOnce()) !== CIRCUIT_OPEN);
      // Three seconds: a probe is among them.
      for (let call = 0; call < 20; call += 1) {
        service.clock.advance(150);
        await callOnce();
      }
      const first = requests.filter(({ attempt }) => attempt === 'none').length;
      expect(requests.length).toBeLessThanOrEqual(first * 1.1 + 2);
      expect(requests.filter(({ breaker }) => breaker === 'open')).toStrictEqual([]);
    }
  });

  it('do not save up retries while the breaker refuses calls', async () => {
    outcomes = Array<Outcome>(30).fill(500);
    for (let call = 0; call < 300; call += 1) await callOnce();
    const sent = requests.length;
    const [policies] = service.app.get(UpstreamPolicies, { strict: false }).all();
    expect(policies?.breaker.stateName).toBe('open');
    expect(sent).toBeLessThan(30);
    const budget = service.app.get(UpstreamPolicies, { strict: false }).retryBudget('billing');
    const left = Array.from({ length: 20 }, () => budget.withdraw(service.clock.monotonic())).filter(Boolean).length;
    expect(left).toBeLessThanOrEqual(2);
  });

  it('carry the outcome of the attempt before: first attempt, answered, or unanswered', async () => {
    outcomes = [500];
    await callOnce();
    for (let call = 0; call < 12; call += 1) await callOnce();
    outcomes = ['reset'];
    await callOnce();
    const attempts = requests.map(({ attempt }) => attempt);
    expect(attempts.slice(0, 2)).toStrictEqual(['none', 'answered']);
    expect(attempts.slice(-2)).toStrictEqual(['none', 'unanswered']);
  });
});
