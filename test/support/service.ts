import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Writable } from 'node:stream';
import supertest from 'supertest';
import { credentials } from '../../sandbox/credentials.ts';
import { createApp } from '../../src/app.ts';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { type Organisation } from '../../src/config/organisations/organisations.ts';
import { Lifecycle } from '../../src/health/lifecycle.ts';
import { listen } from '../../src/listen.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { timeOf } from '../proof/watch-answers.ts';
import { TestClock } from './test-clock.ts';

export type Variables = Record<string, string>;

/** The service as it runs in production, in this process, on a free port. */
export interface Service {
  readonly url: string;
  /** null: without MANAGEMENT_PORT. */
  readonly managementUrl: string | null;
  readonly app: NestFastifyApplication;
  readonly http: ReturnType<typeof supertest>;
  readonly clock: TestClock;
  /** Every line logged so far, parsed. */
  readonly log: readonly Record<string, unknown>[];
  /** Empties the log, for the next test that uses this service. */
  forgetLog(): void;
  close(): Promise<void>;
}

/** The variables with which the service talks to a sandbox. */
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
    // The client gives up a connection on which nothing comes for twice as long of real time, which a busy machine may take.
    REDIS_TIMEOUT_MS: '10000',
    CACHE_REFRESH_WAIT_MS: '30000',
    DRAIN_DELAY_MS: '0',
    ...more,
  };
}

/** The organisation of services that talk to a sandbox, with its names in Redis. */
export function organisationAt(sandboxUrl: string): Organisation {
  const { only } = new Config(readEnv(sandboxVariables(sandboxUrl))).organisations;
  if (!only) throw new Error('there is no organisation');
  return only;
}

export interface ServiceOptions {
  /** Its own by default; services that share one have the same time. */
  readonly clock?: TestClock;
  /** `virtual`, the default: once the service has started, no time passes but what the test lets pass. */
  readonly time?: 'virtual' | 'real';
}

/** Starts the service with exactly these variables. */
export async function startService(variables: Variables, options: ServiceOptions = {}): Promise<Service> {
  const { clock = new TestClock(), time = 'virtual' } = options;
  const config = new Config(readEnv(variables));
  const log: Record<string, unknown>[] = [];
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trim().split('\n')) log.push(JSON.parse(line) as Record<string, unknown>);
      done();
    },
  });
  const app = await createApp(config, createLogger(config.logLevel, clock, lines), clock, (line, onWritten) => {
    lines.write(line, onWritten);
  });
  const { port, managementPort } = await listen(app, config.http);
  app.get(Lifecycle).serve();
  if (time === 'virtual') clock.stop();
  const url = `http://127.0.0.1:${port}`;
  timeOf(url, clock);
  const close = async (): Promise<void> => {
    await app.close();
    const closed = app.getHttpAdapter().getInstance().traces?.close(0);
    clock.advance(0); // It waits no longer, on a clock that stands still.
    await closed;
  };
  const forgetLog = (): void => {
    log.length = 0;
  };
  const managementUrl = managementPort === null ? null : `http://127.0.0.1:${managementPort}`;
  return { url, managementUrl, app, http: supertest(url), clock, log, forgetLog, close };
}
