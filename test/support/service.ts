import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Writable } from 'node:stream';
import supertest from 'supertest';
import { createApp } from '../../src/app.ts';
import { Clock } from '../../src/config/clock.ts';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/read-env.ts';
import { Lifecycle } from '../../src/health/lifecycle.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { credentials } from '../../sandbox/credentials.ts';

export type Variables = Record<string, string>;

/** The service as it runs in production, in this process, on a free port. */
export interface Service {
  readonly url: string;
  readonly app: NestFastifyApplication;
  readonly http: ReturnType<typeof supertest>;
  readonly clock: TestClock;
  /** Every line logged so far, parsed. */
  readonly log: readonly Record<string, unknown>[];
  close(): Promise<void>;
}

/** The real time, plus what the test has let pass. */
export class TestClock extends Clock {
  private passedMs = 0;

  override now(): number {
    return Date.now() + this.passedMs;
  }

  pass(seconds: number): void {
    this.passedMs += seconds * 1000;
  }
}

/** The variables with which the service talks to a sandbox. The waits are generous, for slow machines. */
export function sandboxVariables(sandboxUrl: string, more: Variables = {}): Variables {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'debug',
    RESELLER_API_URL: sandboxUrl,
    RESELLER_TOKEN_URL: `${sandboxUrl}/ims/token/v3`,
    RESELLER_API_KEY: credentials.reseller.apiKey,
    RESELLER_CLIENT_SECRET: credentials.reseller.clientSecret,
    BILLING_API_URL: sandboxUrl,
    BILLING_API_KEY: credentials.billing.apiKey,
    BILLING_ORGANISATION: credentials.billing.organisation,
    REDIS_TIMEOUT_MS: '2000',
    CACHE_REFRESH_WAIT_MS: '30000',
    DRAIN_DELAY_MS: '0',
    ...more,
  };
}

/** Starts the service with exactly these variables. */
export async function startService(variables: Variables): Promise<Service> {
  const config = new Config(readEnv(variables));
  const log: Record<string, unknown>[] = [];
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trim().split('\n')) log.push(JSON.parse(line) as Record<string, unknown>);
      done();
    },
  });
  const clock = new TestClock();
  const app = await createApp(config, createLogger(config.logLevel, lines), clock);
  await app.listen({ port: config.http.port, host: config.http.host });
  app.get(Lifecycle).serve();
  const { port } = app.getHttpServer().address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  return { url, app, http: supertest(url), clock, log, close: () => app.close() };
}
