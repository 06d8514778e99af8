import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import { createApp } from '../../src/app.ts';
import { Clock } from '../../src/config/clock.ts';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { Lifecycle } from '../../src/health/lifecycle.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { sandboxVariables } from '../support/service.ts';

/** Redis and both upstreams are down throughout. */
const variables = sandboxVariables('http://127.0.0.1:9', { REDIS_URL: 'redis://127.0.0.1:9' });

const clock = new Clock();
let app: NestFastifyApplication;

beforeAll(async () => {
  const config = new Config(readEnv(variables));
  app = await createApp(config, createLogger('silent', clock, { write: () => undefined }), clock, () => undefined);
  await app.listen(0, '127.0.0.1');
});

afterAll(() => app.close());

async function statuses(): Promise<Record<string, number>> {
  const http = supertest(app.getHttpServer());
  const ask = async (probe: string): Promise<number> => (await http.get(`/health/${probe}`)).status;
  return { live: await ask('live'), ready: await ask('ready'), startup: await ask('startup') };
}

describe('the probes, with Redis and every upstream down', () => {
  it('go from starting to serving to draining; live answers yes throughout', async () => {
    const lifecycle = app.get(Lifecycle);
    expect(await statuses()).toEqual({ live: 200, ready: 503, startup: 503 });
    lifecycle.serve();
    expect(await statuses()).toEqual({ live: 200, ready: 200, startup: 200 });
    lifecycle.drain();
    expect(await statuses()).toEqual({ live: 200, ready: 503, startup: 200 });
  });

  it('forbid caches to store them', async () => {
    const { headers } = await supertest(app.getHttpServer()).get('/health/ready');
    expect(headers['cache-control']).toBe('no-store');
  });
});
