import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CustomerProfilesService } from '../../src/customer-profiles/customer-profiles.service.ts';
import { HotReads } from '../../src/customer-profiles/hot-reads.ts';
import { requestBytes, sendBytes } from '../http-server/raw.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { settled } from '../support/passing-time.ts';
import { type Service, type Variables } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';

const KEY = 'key-of-a-caller-0001';
const VARIABLES: Variables = { AUTH_MODE: 'api-key', API_KEYS: `support:${KEY}`, CACHE_LOCAL_SECONDS: '60' };

let stage: Stage;
let clock: TestClock;
let hot: Service;
/** One that keeps no copies. */
let hotFromRedis: Service;
let handled: Service;
let handledFromRedis: Service;
let customers: readonly StagedCustomer[];
let etags: readonly string[];

beforeAll(async () => {
  stage = await openStage();
  clock = new TestClock();
  const withoutCopies = { ...VARIABLES, CACHE_LOCAL_SECONDS: '0' };
  hot = await stage.service(VARIABLES, { clock, time: 'real' });
  hotFromRedis = await stage.service(withoutCopies, { clock });
  const watch = Reflect.get<HotReads, 'watch'>(HotReads.prototype, 'watch');
  // Every read of these is answered by the handler.
  HotReads.prototype.watch = (fastify): void => {
    fastify.decorateRequest('profileQuery', null);
    fastify.decorateRequest('plannedRead', null);
  };
  handled = await stage.service(VARIABLES, { clock });
  handledFromRedis = await stage.service(withoutCopies, { clock });
  HotReads.prototype.watch = watch;
  // One whose text is not ASCII alone.
  customers = [stage.customer({ stripe: linkedAs('cus_1') }), stage.customer({ stripe: linkedAs('cus_é') })];
  const read: string[] = [];
  for (const service of [hot, handled, hot, handled, hotFromRedis, handledFromRedis])
    for (const { path } of customers) {
      const { headers } = await service.http.get(path).set('X-Api-Key', KEY).expect(200);
      await settled(service);
      read.push(String(headers.etag));
    }
  etags = [...new Set(read)];
});

afterAll(() => stage.close());

const optional = <T>(values: readonly T[]): fc.Arbitrary<T | undefined> =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });

const requests = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD'),
  target: fc
    .tuple(fc.nat(5), optional(['view=account', 'fields=name', 'budgetMs=5', 'connectors=stripe', 'fields=nothing', 'x=1', 'require=stripe']))
    .map(([at, query]) => targetOf(at, query)),
  key: fc.constantFrom(KEY, KEY, KEY, 'wrong', undefined),
  tag: fc.option(fc.nat(3), { nil: undefined }),
  cacheControl: optional(['max-stale', 'only-if-cached', 'max-age=3600', 'min-fresh=1', 'no-store', 'nonsense=']),
  organisation: optional(['nowhere', '']),
  remaining: optional(['500', '0', 'soon']),
  requestId: optional(['order-42', 'a b']),
  http: fc.constantFrom('1.1', '1.0'),
}); // prettier-ignore

function targetOf(at: number, query = ''): string {
  const path = customers[at % 2]?.path ?? '';
  if (at < 4) return query === '' ? path : `${path}&${query}`;
  return at === 4 ? `/v1/customer-profiles/?${query}` : `/v1/customer-profiles/not%20an%20id?${query}`;
}

type Sent = typeof requests extends fc.Arbitrary<infer One> ? One : never;

function bytesOf({ method, target, http, ...sent }: Sent): string {
  const headers = {
    'X-Api-Key': sent.key,
    'If-None-Match': sent.tag === undefined ? undefined : ([...etags, '*', 'broken'][sent.tag] ?? '"other"'),
    'Cache-Control': sent.cacheControl,
    Organisation: sent.organisation,
    'X-Request-Timeout-Ms': sent.remaining,
    'X-Request-Id': sent.requestId,
  };
  const named = Object.entries(headers).filter((header): header is [string, string] => header[1] !== undefined);
  return requestBytes(method, target, Object.fromEntries(named)).replace(' HTTP/1.1', ` HTTP/${http}`);
}

/** The answer without what differs from one request to the next. */
async function answerOf(service: Service, sent: Sent): Promise<unknown> {
  const { status, headers, body } = await sendBytes(service.url, bytesOf(sent));
  const { date, 'x-request-id': requestId = '', ...others } = headers;
  expect(date).toMatch(/GMT$/);
  const isOurs = requestId !== sent.requestId;
  return { status, others, body: isOurs ? body.replace(requestId, 'id') : body, isOurs };
}

describe.each([
  ['a copy in this process', 'hit-local', () => hot, () => handled],
  ['Redis', 'hit-redis', () => hotFromRedis, () => handledFromRedis],
] as const)('a read that is answered from %s before the handler', (_from, cache, early, late) => {
  it('is answered as the handler does, whatever is sent', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (sent) => {
        expect(await answerOf(early(), sent)).toEqual(await answerOf(late(), sent));
      }),
      { numRuns: 400 },
    );
  });

  it('leaves the same line in the log', async () => {
    const lineOf = async (service: Service): Promise<unknown> => {
      const id = `line-${Math.random()}`;
      await service.http.get(customers[0]?.path ?? '').set({ 'X-Api-Key': KEY, 'X-Request-Id': id });
      return { ...service.log.find(({ requestId }) => requestId === id), requestId: '', time: '', durationMs: 0 };
    };
    const line = await lineOf(early());
    expect(line).toMatchObject({ caller: 'support', cache, complete: true, status: 200 });
    expect(line).toEqual(await lineOf(late()));
  });

  it('never reaches the handler', async () => {
    const profiles = early().app.get(CustomerProfilesService, { strict: false });
    const read = profiles.read.bind(profiles);
    // The handler alone calls it.
    profiles.read = (): never => {
      throw new Error('reached');
    };
    await early()
      .http.get(customers[0]?.path ?? '')
      .set('X-Api-Key', KEY)
      .expect(200);
    profiles.read = read;
  });
});

describe('a read of which nothing fresh is cached', () => {
  it('asks Redis no more than by the handler alone', async () => {
    const questionsIn = async (service: Service): Promise<readonly string[]> => {
      const before = await questionsOf(service);
      const { path } = stage.customer({ stripe: linkedAs('cus_2') });
      const { headers } = await service.http.get(path).set('X-Api-Key', KEY).expect(200);
      expect(headers['cache-status']).toContain('fwd=miss');
      await settled(service);
      const after = await questionsOf(service);
      return after.map((count, kind) => String(count - (before[kind] ?? 0)));
    };
    const questions = await questionsIn(handledFromRedis);
    expect(questions).toEqual(['2', '0']);
    expect(await questionsIn(hotFromRedis)).toEqual(questions);
  });
});

/** How often the service has asked Redis for some fields of a customer, and for all. */
async function questionsOf({ http }: Service): Promise<readonly number[]> {
  const { text } = await http.get('/metrics').set('X-Api-Key', KEY).expect(200);
  const count = (command: string): number =>
    Number(new RegExp(`^db_client_operation_duration_seconds_count{db_operation_name="${command}",outcome="ok"} (\\d+)$`, 'm').exec(text)?.[1] ?? 0); // prettier-ignore
  return [count('hmget'), count('hgetall')];
}
