import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../support/service.ts';
import type { ReadProfile, Stage, StagedCustomer } from '../profile-cache/stage.ts';

export interface LoadResult {
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly slowestMs: number;
}

/** Reads customers, known and new ones in turn, from ten callers at once, for as long as `meanwhile` takes. */
export async function underLoad(
  stage: Stage,
  service: Service,
  meanwhile: () => Promise<unknown>,
): Promise<LoadResult> {
  const known = Array.from({ length: 20 }, () => stage.customer());
  const statuses: Record<string, number> = {};
  let slowestMs = 0;
  let over = false;
  const caller = async (): Promise<void> => {
    for (let reads = 0; !over; reads += 1) {
      const { status, elapsedMs } = await timedRead(service, known[reads] ?? stage.customer());
      statuses[status] = (statuses[status] ?? 0) + 1;
      slowestMs = Math.max(slowestMs, elapsedMs);
    }
  };
  const callers = Array.from({ length: 10 }, caller);
  await meanwhile();
  over = true;
  await Promise.all(callers);
  return { statuses, slowestMs };
}

export interface TimedRead {
  readonly status: number;
  readonly elapsedMs: number;
  readonly cacheStatus: string;
  readonly body: ReadProfile;
}

export async function timedRead(service: Service, { path }: Pick<StagedCustomer, 'path'>): Promise<TimedRead> {
  const startedAt = performance.now();
  const { status, headers, body } = await service.http.get(path);
  const elapsedMs = performance.now() - startedAt;
  return { status, elapsedMs, cacheStatus: headers['cache-status'] ?? '', body: body as ReadProfile };
}

/** Whether a customer read once is then answered from Redis: both a write and a read went well. */
export async function usesRedis(stage: Stage, service: Service): Promise<boolean> {
  const customer = stage.customer();
  await timedRead(service, customer);
  // The write goes on behind the answer; three times a minute is less than an entry is fresh.
  for (let looks = 0; looks < 3; looks += 1) {
    await sleep(50);
    service.clock.pass(61);
    if ((await timedRead(service, customer)).cacheStatus.endsWith('detail=redis')) return true;
  }
  return false;
}
