import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { BATCH_MS } from '../../src/profile-refresh/leased-fetches.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { pass, settled, throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { Consumer } from './consumer.ts';

const GONE = { kind: 'body', status: 404, body: JSON.stringify({ code: '1116', message: 'Not found' }) } as const;

let stage: Stage;
let pair: readonly [Service, Service];

beforeAll(async () => {
  stage = await openStage();
  // So few that a consumer that sleeps for a while gets `changes_gone`. Copies do not age while time stands still.
  pair = await stage.pair({ CHANGES_KEPT: '10', BILLING_CONNECTORS: 'stripe' });
});

afterAll(() => stage.close());

const by = fc.constantFrom(0 as const, 1 as const);
const who = fc.nat(2);
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('change' as const), by, who }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('link' as const), by, who }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('unlink' as const), by, who }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), by, who }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('invalidate' as const), by, who }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('trim' as const), by }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('consume' as const), by, limit: fc.integer({ min: 1, max: 4 }), survives: fc.nat(4) }) },
  ),
  { minLength: 5, maxLength: 16 },
); // prettier-ignore

/** What comes one by one is written after a moment, for which others may wait. */
const soon = <T>(work: PromiseLike<T>): Promise<T> => throughWaits(pair[0], work, BATCH_MS, (ms) => ms === BATCH_MS);

/** The entity tag that readers get; null: they get 404. */
async function view(
  { unlinkedPath }: StagedCustomer,
  reader: Service,
  directive = 'max-stale',
): Promise<string | null> {
  const { status, headers } = await soon(reader.http.get(unlinkedPath).set('cache-control', directive));
  expect([200, 404]).toContain(status);
  await soon(Promise.all(pair.map(settled)));
  return status === 200 ? (headers.etag ?? '') : null;
}

it('a consumer that is killed and resumed at any time ends with what readers see, after trims and a lost Redis as well', async () => {
  let version = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const customers = [stage.customer(), stage.customer(), stage.customer()];
      const of = (index: number): StagedCustomer => customers[index % 3] ?? stage.customer();
      const link = async (customer: StagedCustomer, service: Service, billingCustomerId: string): Promise<void> => {
        await soon(service.http.put(`/v1/customer-links/${customer.customerId}`).send({ billingCustomerId }));
      };
      for (const customer of customers) await link(customer, pair[0], customer.billingCustomerId);
      const consumer = new Consumer(customers, view);
      await consumer.begin(pair[0]);
      for (const step of all) {
        const service = pair['by' in step ? step.by : 0];
        version += 1;
        switch (step.kind) {
          case 'change':
            stage.rename(of(step.who), `Ravensworth ${version}`, { stripe: linkedAs(`cus_${version}`) });
            await view(of(step.who), service, 'no-cache');
            break;
          case 'link': {
            const { customerId, billingCustomerId } = of(step.who);
            await link(of(step.who), service, version % 2 === 0 ? billingCustomerId : randomUUID());
            if (version % 3 === 0) await view(of(step.who), service);
            expect(customerId).not.toBe('');
            break;
          }
          case 'unlink':
            await soon(service.http.delete(`/v1/customer-links/${of(step.who).customerId}`));
            break;
          case 'remove':
            stage.sandbox.faults.set('reseller', GONE);
            await view(of(step.who), service, 'no-cache');
            stage.sandbox.faults.clear();
            break;
          case 'invalidate':
            await soon(service.http.delete(`${of(step.who).unlinkedPath}/cache`).expect(204));
            break;
          case 'trim':
            for (let times = 0; times < 11; times += 1) await link(stage.customer(), service, randomUUID());
            break;
          case 'flush':
            await stage.raw.flushall();
            break;
          case 'consume':
            await consumer.consume(service, step.limit, step.survives);
        }
      }
      // Customers not read since they changed are read now, which appends their events.
      for (const customer of customers) await view(customer, pair[1]);
      let isCaughtUp = false;
      for (let pages = 0; !isCaughtUp && pages < 50; pages += 1)
        isCaughtUp = await consumer.consume(pair[pages % 2 ? 0 : 1], 100, 1000);
      expect(isCaughtUp).toBe(true);
      for (const customer of customers)
        expect(consumer.held.get(customer.customerId)).toBe(await view(customer, pair[0]));
      // A new window of the reseller's quota begins.
      await soon(pass(6000, ...pair));
    }),
    { numRuns: 12 },
  );
});
