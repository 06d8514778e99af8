import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { linked, resource } from '../../sandbox/customers/making.ts';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { Clock } from '../../src/config/clock.ts';
import { buildService, type BuiltService } from '../support/built-service.ts';
import { sandboxVariables } from '../support/service.ts';

/** Enough of them that the service, and not the delay of the upstreams, sets the rate. */
const READERS = 128;
const SECONDS = 2;
const TIMES_CAPACITY = 3;
const ATTEMPTS = 4;
const UPSTREAM_DELAY_MS = 50;
const TICK_MS = 5;

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly code: string | undefined;
  readonly complete: boolean | undefined;
}

const clock = new Clock();

let redis: LocalRedis;
let sandbox: Sandbox;
let built: BuiltService;
let url: string;
let made = 0;

beforeAll(async () => {
  [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  built = buildService();
  const variables = { BILLING_CONNECTORS: 'stripe', RESELLER_QUOTA_CALLS: '1000000', REDIS_TIMEOUT_MS: '500' };
  const service = built.start(sandboxVariables(sandbox.url, { REDIS_URL: redis.url, LOG_LEVEL: 'info', ...variables }));
  url = await service.url;
  for (const upstream of ['reseller', 'billing'] as const)
    sandbox.faults.set(upstream, { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
});

afterAll(async () => {
  built.endAll();
  await Promise.all([sandbox.close(), redis.kill()]);
});

/** The first read of a customer, which is another one each time. */
async function coldRead(): Promise<Answer> {
  made += 1;
  const number = String(made).padStart(6, '0');
  const [customerId, billingCustomerId] = [`P400${number}`, `7b1d2c30-4e5f-4a6b-8c7d-000000${number}`];
  const name = `Harrowgate Supplies ${number}`;
  sandbox.customers.put({
    ...{ slug: customerId, about: '', billingCustomerId, resource: resource(customerId, name) },
    connectors: { stripe: linked(`cus_${number}`, name, `accounts-${number}@example.com`) },
  });
  const answer = await fetch(`${url}/v1/customer-profiles/${customerId}?billingCustomerId=${billingCustomerId}`);
  const { code, complete } = (await answer.json()) as { code?: string; complete?: boolean };
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), code, complete };
}

/** As many cold reads as the service answers, one at least: each reader waits for its answer. @returns how many a second */
async function capacity(): Promise<number> {
  const beganAt = clock.monotonic();
  const seconds = (): number => (clock.monotonic() - beganAt) / 1000;
  let answered = 0;
  const reader = async (): Promise<void> => {
    while (answered === 0 || seconds() < SECONDS) if ((await coldRead()).status === 200) answered += 1;
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return answered / seconds();
}

/** So many cold reads a second, whether they are answered or not. */
async function offer(perSecond: number): Promise<readonly Answer[]> {
  const beganAt = clock.monotonic();
  const reads: Promise<Answer>[] = [];
  for (let now = beganAt; now < beganAt + SECONDS * 1000; now = clock.monotonic()) {
    while (reads.length < ((now - beganAt) * perSecond) / 1000) reads.push(coldRead());
    await clock.sleep(TICK_MS);
  }
  return Promise.all(reads);
}

/** Asks both probes again and again. @returns ends it, with the statuses that were seen */
function probing(): () => Promise<ReadonlySet<number>> {
  const asking = new AbortController();
  const statuses = (async () => {
    const seen = new Set<number>();
    while (!asking.signal.aborted) {
      for (const probe of ['live', 'ready']) seen.add((await fetch(`${url}/health/${probe}`)).status);
      await clock.sleep(TICK_MS);
    }
    return seen;
  })();
  return () => {
    asking.abort();
    return statuses;
  };
}

it('answers or refuses every cold read at three times its capacity, keeps its probes, and then answers all again (R4, F34)', async () => {
  let perSecond = await capacity();
  const probes = probing();
  const of = (status: number): readonly Answer[] => answers.filter((answer) => answer.status === status);
  const answers: Answer[] = [];
  // Beside other work the capacity may have been measured too low.
  for (let attempt = 0; attempt < ATTEMPTS && of(503).length === 0; attempt += 1) {
    perSecond *= TIMES_CAPACITY;
    answers.push(...(await offer(perSecond)));
  }
  const probed = await probes();

  // Where other work leaves the upstreams no time, their calls time out.
  expect(answers.filter(({ status }) => ![200, 503, 504].includes(status))).toEqual([]);
  expect(of(504).filter(({ code }) => code !== 'source_timeout')).toEqual([]);
  expect(of(200).length).toBeGreaterThan(0);
  expect(of(503).length).toBeGreaterThan(0);
  expect(new Set(of(503).map(({ code }) => code))).toEqual(new Set(['overloaded']));
  expect(of(503).filter(({ retryAfter }) => !(Number(retryAfter) > 0))).toEqual([]);
  expect(probed).toEqual(new Set([200]));
  expect(await coldRead()).toMatchObject({ status: 200, complete: true });
});
