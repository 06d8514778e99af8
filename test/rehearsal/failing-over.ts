import { type LocalRedis } from '../../sandbox/redis/local-redis.ts';
import { eventually } from '../support/eventually.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { type Service } from '../support/service.ts';

/** Resolves when the replica of the server has all that was written, also by other connections, of which WAIT does not tell. */
export async function replicated({ url }: LocalRedis): Promise<void> {
  const raw = rawRedis(url);
  await eventually('the replica has all', async () => {
    const info = await raw.info('replication');
    const written = /^master_repl_offset:(\d+)/m.exec(info)?.[1];
    return written !== undefined && /^slave0:.*offset=(\d+)/m.exec(info)?.[1] === written;
  });
  raw.disconnect();
}

/** Resolves when the service has found the primary. */
export const reachesRedis = ({ http }: Service): Promise<void> =>
  eventually('it reaches the primary', async () => {
    const { body } = await http.get('/health/dependencies');
    return (body as { redis: { state: string } }).redis.state === 'ready';
  });
