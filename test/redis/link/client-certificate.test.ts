import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { metric, openStage, type Stage } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { sandboxVariables, type Service, startService, type Variables } from '../../support/service.ts';
import { NO_COPIES, readProfile, usesRedis } from '../load.ts';
import { withoutBinary } from '../parts.ts';

const NAMES = ['server', 'first', 'second', 'stranger'] as const;
type Name = (typeof NAMES)[number];

(withoutBinary === null ? describe : describe.skip)(`a Redis that asks for certificates${withoutBinary ?? ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-mtls-'));
  const certOf = (name: Name | 'used'): string => join(folder, `${name}.pem`);
  const keyOf = (name: Name | 'used'): string => join(folder, `${name}.key`);
  let redis: LocalRedis;
  let stage: Stage;
  let port: number;
  let service: Service | undefined;

  beforeAll(async () => {
    for (const name of NAMES) {
      const { key, cert } = selfSigned();
      writeFileSync(keyOf(name), key);
      writeFileSync(certOf(name), cert);
    }
    stage = await openStage();
  });

  beforeEach(async () => {
    port = await freePort();
    const files = ['--tls-cert-file', certOf('server'), '--tls-key-file', keyOf('server')];
    redis = await startRedis({ args: ['--tls-port', String(port), ...files, '--tls-ca-cert-file', certOf('first')] });
  });

  afterEach(async () => {
    await service?.close();
    await redis.kill();
  });

  afterAll(async () => {
    await stage.close();
    rmSync(folder, { recursive: true });
  });

  const start = async (more: Variables): Promise<Service> => {
    const variables = {
      REDIS_URL: `rediss://localhost:${port}`,
      REDIS_CA_FILE: certOf('server'),
      ...NO_COPIES,
      ...more,
    };
    service = await startService(sandboxVariables(stage.sandbox.url, variables));
    return service;
  };
  const use = (name: Name): Variables => {
    copyFileSync(certOf(name), certOf('used'));
    copyFileSync(keyOf(name), keyOf('used'));
    return { REDIS_CERT_FILE: certOf('used'), REDIS_KEY_FILE: keyOf('used') };
  };
  /** From now on the server trusts this one alone, also those that are connected already. */
  const trustOnly = async (name: Name): Promise<void> => {
    const raw = rawRedis(redis.url);
    await raw.config('SET', 'tls-ca-cert-file', certOf(name));
    await raw.call('CLIENT', 'KILL', 'SKIPME', 'yes');
    raw.disconnect();
  };

  it('is used with the certificate that is configured (E14)', async () => {
    const used = await start(use('first'));
    await eventually('Redis is used', () => usesRedis(stage, used));
    const { body } = await used.http.get('/health/dependencies').expect(200);
    expect(body.redis).toMatchObject({ state: 'ready', errorCode: null, refusals: [] });
    const { validTo } = new X509Certificate(readFileSync(certOf('first')));
    const end = 'redis_client_certificate_end_timestamp_seconds';
    expect(await metric(used, end)).toBe(Date.parse(validTo) / 1000);
    rmSync(certOf('used'));
    expect(await metric(used, end)).toBe(0);
  });

  it.each<[string, () => Variables, string]>([
    ['none', () => ({}), 'CERTIFICATE_REQUIRED'],
    ['a stranger', () => use('stranger'), 'UNKNOWN_CA'],
  ])('is not used with the certificate of %s, and the refusal is named (E14)', async (_title, variables, alert) => {
    const refused = await start(variables());
    const reply = expect.stringMatching(new RegExp(`^ERR_SSL_\\w+_ALERT_${alert}$`));
    await eventually('it is told', async () => {
      const { body } = await refused.http.get('/health/dependencies').expect(200);
      return (body.redis as { readonly state: string }).state === 'refused';
    });
    const { body } = await refused.http.get('/health/dependencies').expect(200);
    expect(body.redis).toMatchObject({
      state: 'refused',
      errorCode: reply,
      refusals: [{ reply, operations: ['tls'] }],
    });
    expect(refused.log.filter(({ event }) => event === 'redis_refused')).toMatchObject([
      { level: 'warn', operation: 'tls', errorCode: reply },
    ]);
    expect(await readProfile(refused, stage.customer())).toMatchObject({ status: 200, body: { complete: true } });
  });

  it('is used with a renewed certificate from the next connection on (E14)', async () => {
    const used = await start(use('first'));
    await eventually('Redis is used', () => usesRedis(stage, used));
    use('second');
    await trustOnly('second');
    await eventually('Redis is used again', () => usesRedis(stage, used));
  });

  it('is used with the last good certificate while a renewal is half done (E14)', async () => {
    const used = await start(use('first'));
    await eventually('Redis is used', () => usesRedis(stage, used));
    copyFileSync(certOf('second'), certOf('used'));
    await trustOnly('first');
    await eventually('Redis is used again', () => usesRedis(stage, used));
    rmSync(keyOf('used'));
    await trustOnly('first');
    await eventually('Redis is used once more', () => usesRedis(stage, used));
  });
});
