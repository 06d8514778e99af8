import { RefreshCoordinator } from '../../src/profile-refresh/refresh-coordinator.ts';
import type { ReadProfile, Stage, StagedCustomer } from '../profile-cache/stage.ts';
import type { Service } from '../support/service.ts';

/** Limits for a service whose time is real, so wide that no machine is too slow or too fast for them. */
export const PATIENT = {
  RESELLER_QUOTA_CALLS: '1000000',
  RESELLER_QUOTA_CALLS_LOCAL: '1000000',
  REQUEST_BUDGET_MS: '60000',
  RESELLER_TIMEOUT_MS: '60000',
  BILLING_TIMEOUT_MS: '60000',
  REDIS_TIMEOUT_MS: '9000',
};

/** A service that keeps no copies in the process: every read asks Redis. */
export const NO_COPIES = { CACHE_LOCAL_SECONDS: '0' };

/** How often each status was answered. */
export type Statuses = Readonly<Record<string, number>>;

/** Reads cached and new customers in turn, from four callers at once, for as long as `meanwhile` takes. */
export async function underLoad(stage: Stage, service: Service, meanwhile: () => Promise<unknown>): Promise<Statuses> {
  const customers = Array.from({ length: 20 }, () => stage.customer());
  const statuses: Record<string, number> = {};
  let over = false;
  const caller = async (): Promise<void> => {
    for (let reads = 0; !over; reads += 1) {
      const { status } = await readProfile(service, customers[reads] ?? stage.customer());
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  const callers = Array.from({ length: 4 }, caller);
  try {
    await meanwhile();
  } finally {
    over = true;
    await Promise.all(callers);
  }
  return statuses;
}

export interface ProfileRead {
  readonly status: number;
  readonly cacheStatus: string;
  readonly body: ReadProfile;
}

export async function readProfile(service: Service, { path }: Pick<StagedCustomer, 'path'>): Promise<ProfileRead> {
  const { status, headers, body } = await service.http.get(path);
  return { status, cacheStatus: headers['cache-status'] ?? '', body: body as ReadProfile };
}

/**
 * Whether a customer read once is then answered from Redis: both a write and a read went well. The service must run with
 * `NO_COPIES`.
 */
export async function usesRedis(stage: Stage, service: Service): Promise<boolean> {
  const customer = stage.customer();
  await readProfile(service, customer);
  // The write goes on behind the answer.
  await service.app.get(RefreshCoordinator).settled();
  return (await readProfile(service, customer)).cacheStatus.endsWith('detail=redis');
}
