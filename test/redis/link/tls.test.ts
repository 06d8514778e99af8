import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { RedisConnection } from '../../../src/redis/redis-connection.ts';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { sandboxVariables, type Service, startService, type Variables } from '../../support/service.ts';
import { NO_COPIES, readProfile, usesRedis } from '../load.ts';
import { withoutBinary } from '../parts.ts';

(withoutBinary === null ? describe : describe.skip)(`with a Redis that speaks TLS${withoutBinary ?? ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
  const [authority, stranger] = [join(folder, 'authority.pem'), join(folder, 'stranger.pem')];
  let redis: LocalRedis;
  let stage: Stage;
  let port: number;
  let service: Service | undefined;

  beforeAll(async () => {
    const { key, cert } = selfSigned();
    writeFileSync(join(folder, 'key.pem'), key);
    writeFileSync(authority, cert);
    writeFileSync(stranger, selfSigned().cert);
    port = await freePort();
    const files = ['--tls-cert-file', authority, '--tls-key-file', join(folder, 'key.pem')];
    [redis, stage] = await Promise.all([
      startRedis({
        args: ['--tls-port', String(port), ...files, '--tls-ca-cert-file', authority, '--tls-auth-clients', 'no'],
      }),
      openStage(),
    ]);
  });

  afterEach(() => service?.close());

  afterAll(async () => {
    await Promise.all([stage.close(), redis.kill()]);
    rmSync(folder, { recursive: true });
  });

  const start = async (more: Variables): Promise<Service> => {
    const variables = { REDIS_URL: `rediss://localhost:${port}`, ...NO_COPIES, ...more };
    return startService(sandboxVariables(stage.sandbox.url, variables));
  };

  it('is used when its certificate comes from a private authority', async () => {
    service = await start({ REDIS_CA_FILE: authority });
    const used = service;
    await eventually('Redis is used', () => usesRedis(stage, used));
  });

  it.each<[string, Variables]>([
    ['another private authority', { REDIS_CA_FILE: stranger }],
    ['the public authorities alone', {}],
  ])('and trust in %s, it is unreachable; profiles are answered in full', async (_title, variables) => {
    service = await start(variables);
    expect(await readProfile(service, stage.customer())).toMatchObject({ status: 200, body: { complete: true } });
    const codes: unknown[] = [];
    service.app.get(RedisConnection).client?.on('error', ({ code }: NodeJS.ErrnoException) => codes.push(code));
    await eventually('it is not trusted', () => codes.includes('DEPTH_ZERO_SELF_SIGNED_CERT'));
    const logged = service.log.filter(({ event }) => event === 'redis_unreachable');
    // The first attempt of a busy machine may not come as far as the certificate.
    expect(logged).toMatchObject([{ errorCode: expect.stringMatching(/^(DEPTH_ZERO_SELF_SIGNED_CERT|ETIMEDOUT)$/) }]);
    const { body } = await service.http.get('/health/dependencies').expect(200);
    expect(body.redis).toMatchObject({ state: 'unreachable', evictionPolicy: null });
  });
});
