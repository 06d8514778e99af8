import { type CustomerProfileClient } from '../../client/src/index.ts';
import { startRedis } from '../../sandbox/redis/local-redis.ts';
import { sandboxVariables, type Service, startService, type Variables } from '../support/service.ts';
import { clientAt } from './clients.ts';

/** A client and its service, which has its own Redis and no upstreams. */
export interface ServedClient {
  readonly service: Service;
  readonly client: CustomerProfileClient;
  close(): Promise<void>;
}

export async function startServedClient(more: Variables = {}): Promise<ServedClient> {
  const redis = await startRedis();
  const service = await startService(sandboxVariables('http://127.0.0.1:9', { REDIS_URL: redis.url, ...more }));
  return {
    service,
    client: clientAt(service),
    close: async () => {
      await service.close();
      await redis.kill();
    },
  };
}
