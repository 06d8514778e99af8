import type { Stage, StagedCustomer } from '../../profile-cache/stage.ts';
import { readProfile, type Statuses } from '../../redis/load.ts';
import { eventually } from '../../support/eventually.ts';
import type { Service } from '../../support/service.ts';

const IN_ROW = 2;

/**
 * Reads customers in turn after Redis has been harmed, until each of them is answered from Redis again, twice in a row. The
 * service must run with `NO_COPIES`.
 */
export async function trickle(service: Service, customers: readonly StagedCustomer[]): Promise<Statuses> {
  const statuses: Record<string, number> = {};
  const hits = new Map<StagedCustomer, number>();
  await eventually('every customer is answered from Redis again', async () => {
    for (const customer of customers) {
      const { status, cacheStatus } = await readProfile(service, customer);
      statuses[status] = (statuses[status] ?? 0) + 1;
      hits.set(customer, cacheStatus.includes('detail=redis') ? (hits.get(customer) ?? 0) + 1 : 0);
    }
    return customers.every((customer) => (hits.get(customer) ?? 0) >= IN_ROW);
  });
  return statuses;
}

/** New customers that are answered from Redis. */
export async function keptCustomers(stage: Stage, service: Service, howMany: number): Promise<StagedCustomer[]> {
  const customers = Array.from({ length: howMany }, () => stage.customer());
  await trickle(service, customers);
  return customers;
}
