import { type Redis } from 'ioredis';
import { eventually } from '../support/eventually.ts';

const EXPIRED = '__keyevent@0__:expired';

/** How many leases have run out in a Redis, as far as it has reported them. */
export interface RunOutLeases {
  readonly count: () => number;
  /** Counts on in the Redis that was started again in place of the one that was killed; resolves when it does. */
  readonly goOn: () => Promise<void>;
  readonly stop: () => void;
}

/**
 * Redis itself reports every key that expires. A lease runs out when a busy machine does not renew it in time; then
 * another process may lead.
 */
export async function countRunOut(raw: Redis): Promise<RunOutLeases> {
  let count = 0;
  const report = (): Promise<unknown> => raw.config('SET', 'notify-keyspace-events', 'Ex');
  await report();
  const listener = raw.duplicate();
  listener.on('error', () => undefined);
  listener.on('message', (_channel, key: string) => {
    if (key.includes(':lease:')) count += 1;
  });
  await listener.subscribe(EXPIRED);
  return {
    count: () => count,
    goOn: async () => {
      await report();
      await eventually('what expires is heard', async () => (await raw.pubsub('NUMSUB', EXPIRED))[1] === 1);
    },
    stop: () => {
      listener.disconnect();
    },
  };
}
