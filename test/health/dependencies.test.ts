import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

let redis: LocalRedis;
let sandbox: Sandbox;
let service: Service;
const report = async (): Promise<{ redis: unknown; upstreams: unknown[] }> =>
  (await service.http.get('/health/dependencies').expect(200)).body as { redis: unknown; upstreams: unknown[] };

beforeAll(async () => {
  [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  service = await startService(sandboxVariables(sandbox.url, { REDIS_URL: redis.url }));
});

afterAll(async () => {
  await service.close();
  await Promise.all([sandbox.close(), redis.kill()]);
});

describe('GET /health/dependencies', () => {
  it('tells what traffic has told, without asking anybody', async () => {
    expect(await report()).toMatchObject({ redis: { configured: true }, upstreams: [] });
    expect(sandbox.traffic.requests).toEqual([]);
    await service.http.get('/v1/customer-profiles/9876543210').expect(200);
    const { upstreams } = await report();
    expect(upstreams).toContainEqual(expect.objectContaining({ upstream: 'reseller', breaker: 'closed' }));
    expect(JSON.stringify(upstreams)).not.toContain('9876543210');
  });

  it('says that Redis is unreachable once it is, while readiness stays yes', async () => {
    await redis.kill();
    await eventually('Redis is told unreachable', async () =>
      JSON.stringify((await report()).redis).includes('unreachable'),
    );
    await service.http.get('/health/ready').expect(200);
  });
});
