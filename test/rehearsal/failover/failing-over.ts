import { type LocalRedis } from '../../../sandbox/redis/local-redis.ts';
import { eventually } from '../../support/eventually.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { type Service } from '../../support/service.ts';

/** Resolves when the replica has every write. WAIT covers only the writes of its own connection. */
export async function replicated({ url }: LocalRedis): Promise<void> {
  const raw = rawRedis(url);
  await eventually('the replica has all', async () => {
    const info = await raw.info('replication');
    const written = /^master_repl_offset:(\d+)/m.exec(info)?.[1];
    return written !== undefined && /^slave0:.*offset=(\d+)/m.exec(info)?.[1] === written;
  });
  raw.disconnect();
}

/** The replica has every write made until now and receives none from now on. */
export async function leaveBehind(primary: LocalRedis, replica: LocalRedis | undefined): Promise<void> {
  await replicated(primary);
  replica?.freeze();
  const raw = rawRedis(primary.url);
  // Otherwise the replica would read the later writes from its socket.
  await raw.call('CLIENT', 'KILL', 'TYPE', 'replica');
  raw.disconnect();
}

/** Resolves when the service has found the primary. */
export const reachesRedis = ({ http }: Service): Promise<void> =>
  eventually('it reaches the primary', async () => {
    const { body } = await http.get('/health/dependencies');
    return (body as { redis: { state: string } }).redis.state === 'ready';
  });
