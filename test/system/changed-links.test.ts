import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { RedisSubscription } from '../../src/redis/redis-subscription.ts';
import { importFile, LINKS, toLines } from '../customer-links/ndjson.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';

const patient = {
  ...{ REQUEST_BUDGET_MS: '60000', RESELLER_TIMEOUT_MS: '60000', BILLING_TIMEOUT_MS: '60000' },
  REDIS_TIMEOUT_MS: '10000',
};

let stage: Stage;
let one: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  // A copy lives for a minute, so a sooner change comes from an invalidation.
  const variables = { CACHE_LOCAL_SECONDS: '60', BILLING_CONNECTORS: 'stripe', ...patient };
  // Time is real, as a lease in Redis may run out; nothing that is asserted depends on how much passes.
  const start = (): Promise<Service> => stage.service(variables, { time: 'real' });
  [one, other] = await Promise.all([start(), start()]);
  for (const { app } of [one, other])
    await eventually('it receives the events of the other', () => app.get(RedisSubscription).subscribed);
});

afterAll(() => stage.close());

interface Shown {
  readonly billingCustomerId: string | null;
  readonly connectors: readonly { readonly referenceId?: string }[];
}

async function shown(service: Service, { unlinkedPath }: StagedCustomer): Promise<Shown> {
  const { body } = await service.http.get(unlinkedPath).expect(200);
  return body as Shown;
}

/** Both processes read the customer all the while; every answer is given back. */
async function underLoad(customer: StagedCustomer, change: () => Promise<void>): Promise<readonly Shown[]> {
  const answers: Shown[] = [];
  let reading = true;
  const readers = [one, other, one, other].map(async (service) => {
    while (reading) answers.push(await shown(service, customer));
  });
  try {
    await change();
  } finally {
    reading = false;
    await Promise.all(readers);
  }
  return answers;
}

describe('a link changed under load, with two processes on one Redis', () => {
  it('is shown at once by the process that stored it, by the other on the invalidation, and never with another one’s connectors', async () => {
    const customer = stage.customer();
    const targets = [1, 2, 3, 4].map((n) => stage.customer({ stripe: linkedAs(`cus_${n}`) }));
    const answers = await underLoad(customer, async () => {
      for (const { billingCustomerId } of targets) {
        await one.http.put(`${LINKS}/${customer.customerId}`).send({ billingCustomerId });
        expect(await shown(one, customer)).toMatchObject({ billingCustomerId });
        await eventually(
          'the other process shows it',
          async () => (await shown(other, customer)).billingCustomerId === billingCustomerId,
        );
      }
    });
    const references = new Map(targets.map(({ billingCustomerId }, index) => [billingCustomerId, `cus_${index + 1}`]));
    for (const { billingCustomerId, connectors } of answers)
      expect(connectors[0]?.referenceId).toBe(
        billingCustomerId === null ? undefined : references.get(billingCustomerId),
      );
  });

  it('is shown by both when it was imported, and when it was removed', async () => {
    const customer = stage.customer();
    const billingCustomerId = randomUUID();
    const bothShow = (what: string, expected: string | null): Promise<void> =>
      eventually(what, async () => {
        const both = await Promise.all([one, other].map((service) => shown(service, customer)));
        return both.every((profile) => profile.billingCustomerId === expected);
      });
    await underLoad(customer, async () => {
      await bothShow('no link', null);
      await importFile(one.url, toLines([{ customerId: customer.customerId, billingCustomerId }]));
      await bothShow('the imported link', billingCustomerId);
      await other.http.delete(`${LINKS}/${customer.customerId}`).expect(204);
      await bothShow('no link again', null);
    });
  });
});
