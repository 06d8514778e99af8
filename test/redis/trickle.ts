import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage, StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';
import { timedRead } from './load.ts';

export interface Trickle {
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** After how many milliseconds every customer was answered from Redis again. */
  readonly usedAgainAfterMs: number;
}

const READ_EVERY_MS = 20;
const IN_ROW = 2;

/**
 * Reads customers in turn after Redis has been harmed, until each of them is answered from Redis again, twice in a row. The
 * service must run without copies of its own (`CACHE_LOCAL_SECONDS=0`).
 */
export async function trickle(
  service: Service,
  customers: readonly StagedCustomer[],
  withinMs: number,
): Promise<Trickle> {
  const statuses: Record<string, number> = {};
  const hits = new Map<StagedCustomer, number>();
  let slowestMs = 0;
  const startedAt = performance.now();
  const isBack = (): boolean => customers.every((customer) => (hits.get(customer) ?? 0) >= IN_ROW);
  for (let reads = 0; !isBack() && performance.now() - startedAt < withinMs; reads += 1) {
    const customer = customers[reads % customers.length];
    if (!customer) break;
    const { status, elapsedMs, cacheStatus } = await timedRead(service, customer);
    statuses[status] = (statuses[status] ?? 0) + 1;
    slowestMs = Math.max(slowestMs, elapsedMs);
    hits.set(customer, cacheStatus.includes('detail=redis') ? (hits.get(customer) ?? 0) + 1 : 0);
    await sleep(READ_EVERY_MS);
  }
  return { statuses, slowestMs, usedAgainAfterMs: isBack() ? performance.now() - startedAt : Infinity };
}

/** Customers that are answered from Redis. */
export async function keptCustomers(stage: Stage, service: Service, howMany: number): Promise<StagedCustomer[]> {
  const customers = Array.from({ length: howMany }, () => stage.customer());
  for (const customer of customers)
    await eventually('the customer is kept', async () =>
      (await timedRead(service, customer)).cacheStatus.includes('detail=redis'),
    );
  return customers;
}
