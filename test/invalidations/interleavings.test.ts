import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BATCH_MS } from '../../src/profile-refresh/leased-fetches.ts';
import { linkedAs, openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { pass, settled, throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { hasMode, heardEachOther, invalidate, LEVELS, setVersion, versionsOf } from './invalidating.ts';

let stage: Stage;
let pair: readonly [Service, Service];

beforeAll(async () => {
  stage = await openStage();
  pair = await stage.pair({ CACHE_LOCAL_SECONDS: '60' });
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

type Step =
  | { readonly kind: 'read'; readonly by: 0 | 1; readonly demands: boolean; readonly unlinked: boolean }
  | { readonly kind: 'hold'; readonly source: 'reseller' | 'stripe' }
  | { readonly kind: 'release' }
  | { readonly kind: 'change' }
  | {
      readonly kind: 'invalidate';
      readonly by: 0 | 1;
      readonly level: (typeof LEVELS)[number];
      readonly mode: 'refetch' | 'stale';
    };

const by = fc.constantFrom(0 as const, 1 as const);
const stepsOf = (level: fc.Arbitrary<(typeof LEVELS)[number]>): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), by, demands: fc.boolean(), unlinked: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('hold' as const), source: fc.constantFrom('reseller' as const, 'stripe' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('change' as const) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('invalidate' as const), by, level, mode: fc.constantFrom('refetch' as const, 'stale' as const) }) },
    ),
    { minLength: 4, maxLength: 14 },
  ); // prettier-ignore

/** On a slow machine a lease expires, and Redis announces no expiry: the others wait for the rest of its time. */
const STUCK_MS = 2000;

/** What comes one by one is written after a moment, for which others may wait. */
async function soon<T>(work: PromiseLike<T>): Promise<T> {
  const { clock } = pair[0];
  let isOver = false;
  const result = throughWaits(pair[0], work, BATCH_MS, (ms) => ms === BATCH_MS).finally(() => {
    isOver = true;
  });
  void eventually('it is over', () => isOver, STUCK_MS).catch(() => {
    clock.run();
  });
  try {
    return await result;
  } finally {
    clock.stop();
  }
}

/** Runs the steps, each read going on beside the next steps, and checks that what both processes answer afterwards is no older than the invalidations. */
async function check(steps: readonly Step[]): Promise<void> {
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  const { customerId, billingCustomerId } = customer;
  let version = 1;
  setVersion(stage, customer, version);
  await pair[0].http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(201);
  const atLeast = { name: 1, stripe: 1 };
  const reads: Promise<unknown>[] = [];
  for (const step of steps) {
    switch (step.kind) {
      case 'read': {
        const path = step.unlinked ? customer.unlinkedPath : customer.path;
        const headers = step.demands ? { 'cache-control': 'no-cache' } : {};
        reads.push(fetch(pair[step.by].url + path, { headers }).then((answer) => answer.text()));
        // By then it has come as well.
        await pair[step.by].http.get('/health/live').expect(200);
        break;
      }
      case 'hold':
        stage.sandbox.faults.set(step.source, { kind: 'hold' });
        break;
      case 'release':
        stage.sandbox.faults.clear();
        break;
      case 'change':
        version += 1;
        setVersion(stage, customer, version);
        break;
      case 'invalidate': {
        const { level, name, stripe } = step.level;
        await invalidate(pair[step.by], level, customer, hasMode(level) ? step.mode : 'refetch');
        if (name) atLeast.name = version;
        if (stripe) atLeast.stripe = version;
      }
    }
  }
  await heardEachOther(...pair);
  stage.sandbox.faults.clear();
  await soon(Promise.all(reads));
  await soon(Promise.all(pair.map(settled)));
  for (const reader of pair) {
    for (const path of [customer.path, customer.unlinkedPath]) {
      const { body } = await soon(reader.http.get(path).expect(200));
      await soon(settled(reader));
      const shown = versionsOf(body);
      expect({ name: shown.name >= atLeast.name, stripe: shown.stripe >= atLeast.stripe }).toEqual({ name: true, stripe: true });
    }
  }
  // A new window of the reseller's quota begins.
  await soon(pass(6000, ...pair));
} // prettier-ignore

it.each(LEVELS)('however reads, changes and invalidations of $level interleave, no value from before one is left', async (level) => {
  await fc.assert(fc.asyncProperty(stepsOf(fc.constant(level)), check), { numRuns: 12 });
}); // prettier-ignore

it('the same with invalidations of all levels', async () => {
  await fc.assert(fc.asyncProperty(stepsOf(fc.constantFrom(...LEVELS)), check), { numRuns: 40 });
});
