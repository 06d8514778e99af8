import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser } from 'playwright-core';
import { credentials } from '../../../sandbox/credentials.ts';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { sha256 } from '../../../src/config/callers/callers.ts';
import { type Right, RIGHTS } from '../../../src/config/callers/rights.ts';
import { sandboxVariables, type Service, startService, type Variables } from '../../support/service.ts';
import { startBrowser, Visit } from './browser.ts';

const WHO = {
  desk: RIGHTS,
  reader: ['explanations:read'],
  clerk: ['explanations:read', 'profiles:read', 'links:read'],
  stranger: ['links:read'],
  asker: ['explanations:read', 'profiles:read', 'profiles:refresh'],
  forgetter: ['explanations:read', 'profiles:refresh'],
  linker: ['explanations:read', 'links:read', 'links:write'],
  writer: ['explanations:read', 'links:write'],
  watcher: ['explanations:read', 'changes:read'],
  operator: ['operations:read'],
  profiler: ['profiles:read'],
} as const satisfies Record<string, readonly Right[]>;
export type Who = keyof typeof WHO;
export const keyOf = (who: Who): string => `key-of-the-${who}-of-the-console`;

/** A browser, and services as in production, in real time, with callers of different rights. */
export class ConsoleStage {
  readonly sandbox: Sandbox;
  readonly redis: LocalRedis;
  readonly browser: Browser;
  private readonly folder: string;
  private readonly services: Service[] = [];
  private readonly visits: Visit[] = [];

  private constructor(sandbox: Sandbox, redis: LocalRedis, browser: Browser, folder: string) {
    this.sandbox = sandbox;
    this.redis = redis;
    this.browser = browser;
    this.folder = folder;
  }

  static async start(): Promise<ConsoleStage> {
    execFileSync(process.execPath, [new URL('../../../tools/build-console.ts', import.meta.url).pathname]);
    const [sandbox, redis, browser] = await Promise.all([startSandbox(), startRedis(), startBrowser()]);
    const folder = mkdtempSync(join(tmpdir(), 'console-'));
    const callers = Object.entries(WHO).map(([name, rights]) => ({
      name,
      keySha256: sha256(keyOf(name as Who)),
      rights,
    }));
    writeFileSync(join(folder, 'callers.json'), JSON.stringify({ callers }));
    return new ConsoleStage(sandbox, redis, browser, folder);
  }

  /** Callers have keys, unless the variables say otherwise. */
  async service(more: Variables = {}): Promise<Service> {
    const own = { REDIS_URL: this.redis.url, AUTH_MODE: 'api-key', CALLERS_FILE: join(this.folder, 'callers.json') };
    const variables = sandboxVariables(this.sandbox.url, { ...own, ...more });
    if (variables.AUTH_MODE !== 'api-key') delete variables.CALLERS_FILE;
    const set = Object.entries(variables).filter(([, value]) => value !== '');
    const service = await startService(Object.fromEntries(set), { time: 'real' });
    this.services.push(service);
    return service;
  }

  /** A service of two organisations. */
  async serviceOfTwo(): Promise<Service> {
    const { reseller, billing } = credentials;
    const secrets = {
      resellerApiKey: reseller.apiKey,
      resellerClientSecret: reseller.clientSecret,
      billingApiKey: billing.apiKey,
    };
    const ids = [billing.organisation, '7d2c1f0a-94be-4c55-8a0e-61b3d5f7a920'];
    const file = join(this.folder, 'organisations.json');
    writeFileSync(file, JSON.stringify({ organisations: ids.map((id) => ({ id, ...secrets })) }));
    return this.service({
      ORGANISATIONS_FILE: file,
      ...{ RESELLER_API_KEY: '', RESELLER_CLIENT_SECRET: '', BILLING_API_KEY: '', BILLING_ORGANISATION: '' },
    });
  }

  /** Opens the page and signs in. */
  async visit({ url }: Pick<Service, 'url'>, who: Who | null = 'desk', fragment = ''): Promise<Visit> {
    const visit = await Visit.begin(this.browser, url, fragment);
    this.visits.push(visit);
    if (who !== null) await visit.signIn(keyOf(who));
    return visit;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await Promise.all(this.services.map((service) => service.close()));
    await Promise.all([this.sandbox.close(), this.redis.kill()]);
    rmSync(this.folder, { recursive: true });
  }
}
