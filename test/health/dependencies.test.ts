import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const REDIS_TIMEOUT_MS = 1234;

let redis: LocalRedis;
let sandbox: Sandbox;
let service: Service;
const report = async (): Promise<{ redis: { state: string }; upstreams: unknown[] }> =>
  (await service.http.get('/health/dependencies').expect(200)).body as {
    redis: { state: string };
    upstreams: unknown[];
  };

beforeAll(async () => {
  [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  service = await startService(
    sandboxVariables(sandbox.url, { REDIS_URL: redis.url, REDIS_TIMEOUT_MS: String(REDIS_TIMEOUT_MS) }),
  );
});

afterAll(async () => {
  await service.close();
  await Promise.all([sandbox.close(), redis.kill()]);
});

describe('GET /health/dependencies', () => {
  it('reports what traffic has shown, without a call to any upstream', async () => {
    expect(await report()).toMatchObject({ redis: { configured: true }, upstreams: [], drift: [] });
    expect(sandbox.traffic.requests).toEqual([]);
    await service.http.get('/v1/customer-profiles/9876543210').expect(200);
    const { upstreams } = await report();
    expect(upstreams).toContainEqual(expect.objectContaining({ upstream: 'reseller', breaker: 'closed' }));
    expect(JSON.stringify(upstreams)).not.toContain('9876543210');
  });

  it('reports the state of Redis', async () => {
    const persistence = expect.stringMatching(/^(aof|rdb|none)$/);
    await eventually('it is known', async () => JSON.stringify((await report()).redis).includes('noeviction'));
    expect((await report()).redis).toStrictEqual({
      configured: true,
      state: 'ready',
      errorCode: null,
      refusals: [],
      mode: 'standalone',
      breaker: 'closed',
      nodesAway: [],
      subscribed: expect.any(Boolean),
      evictionPolicy: 'noeviction',
      linksMayBeEvicted: false,
      persistence,
      missingPermissions: [],
    });
  });

  it('reports an open Redis breaker at once, even while Redis is frozen', async () => {
    redis.freeze();
    const reads = ['1234567890', '1234567891'].map((id) => service.http.get(`/v1/customer-profiles/${id}`).expect(404));
    const answered = Promise.all(reads);
    await service.clock.whenSet((ms) => ms === REDIS_TIMEOUT_MS, 2);
    service.clock.advance(REDIS_TIMEOUT_MS);
    await answered;
    // No time passes: the report waits for nothing.
    expect((await report()).redis).toMatchObject({ configured: true, breaker: 'open' });
    redis.thaw();
  });

  it('reports an unreachable Redis, while readiness stays yes', async () => {
    await redis.kill();
    await eventually('Redis is reported unreachable', async () => (await report()).redis.state === 'unreachable');
    await service.http.get('/health/ready').expect(200);
  });

  it('reports that Redis is not configured', async () => {
    const without = await startService(sandboxVariables(sandbox.url));
    const { body } = await without.http.get('/health/dependencies').expect(200);
    await without.close();
    expect(body.redis).toStrictEqual({
      ...{
        configured: false,
        state: 'not_configured',
        errorCode: null,
        refusals: [],
        mode: null,
        breaker: 'closed',
        nodesAway: [],
        subscribed: false,
      },
      ...{ evictionPolicy: null, linksMayBeEvicted: null, persistence: null, missingPermissions: [] },
    });
  });
});
