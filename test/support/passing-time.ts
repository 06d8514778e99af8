import { setImmediate as nextTurn } from 'node:timers/promises';
import { ChangeRecorder } from '../../src/customer-changes/feed/change-recorder.ts';
import { MarkSweep } from '../../src/customer-changes/feed/mark-sweep.ts';
import { WideInvalidations } from '../../src/profile-cache/wide/wide-invalidations.ts';
import { LateWrites } from '../../src/profile-refresh/late-writes.ts';
import { BATCH_MS } from '../../src/profile-refresh/leased-fetches.ts';
import { RefreshCoordinator } from '../../src/profile-refresh/refresh-coordinator.ts';
import { RedisAudit } from '../../src/redis/redis-audit.ts';
import { SharedTime } from '../../src/redis/shared-time/shared-time.ts';
import { type Service } from './service.ts';

/** Whether a timer is the pause before a retry, and not a part that waits to be written with others. */
export const isRetryPause = (ms: number): boolean => ms <= RETRY_PAUSE_MS && ms !== BATCH_MS;

/** The longest pause before a retry without `Retry-After`; the real one is random below this. */
const RETRY_PAUSE_MS = 100;

/** Resolves when all work behind the answers given so far has ended, with its writes. */
export async function settled({ app }: Service): Promise<void> {
  // A timer that has just fired may begin its work in the next turn.
  await nextTurn();
  await app.get(RefreshCoordinator, { strict: false }).beforeApplicationShutdown();
  await app.get(LateWrites, { strict: false }).settled();
  await app.get(ChangeRecorder, { strict: false }).settled();
  await app.get(MarkSweep, { strict: false }).settled();
  await app.get(SharedTime, { strict: false }).settled();
  await app.get(WideInvalidations, { strict: false }).settled();
  await app.get(RedisAudit, { strict: false }).settled();
}

/**
 * So much time passes for these services, once nothing is under way behind their answers. It would otherwise find that
 * Redis has taken so long.
 */
export async function pass(ms: number, ...services: readonly Service[]): Promise<void> {
  await Promise.all(services.map(settled));
  for (const clock of new Set(services.map(({ clock }) => clock))) clock.advance(ms);
}

/** The result of the work. Each wait of this kind, by default the pause before a retry, passes as soon as it begins. */
export async function throughWaits<T>(
  { clock }: Pick<Service, 'clock'>,
  work: PromiseLike<T>,
  waitMs = RETRY_PAUSE_MS,
  isWait = isRetryPause,
): Promise<T> {
  const over = new AbortController();
  const result = Promise.resolve(work)
    .then((value) => ({ value }))
    .finally(() => {
      over.abort();
    });
  for (;;) {
    const first = await Promise.race([result, clock.whenSet(isWait, 1, over.signal)]);
    if (first) return first.value;
    if (!over.signal.aborted) clock.advance(waitMs);
  }
}

/**
 * From now on the process asks Redis only for what requests need. For tests that hold or count what Redis is asked; what it asks by
 * itself, once in so much time, has tests of its own.
 */
export async function quietBackground(service: Service): Promise<void> {
  const { app } = service;
  app.get(WideInvalidations, { strict: false }).onApplicationShutdown();
  await app.get(RedisAudit, { strict: false }).onApplicationShutdown();
  await app.get(MarkSweep, { strict: false }).beforeApplicationShutdown();
  await settled(service);
}
