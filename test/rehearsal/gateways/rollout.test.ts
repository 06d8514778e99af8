import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { freePort, type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { CACHE_FORMAT_VERSION } from '../../../src/profile-cache/cache-keys.ts';
import { stagedCustomer } from '../../profile-cache/stage.ts';
import { buildService, type BuiltService, type RunningService } from '../../support/built-service.ts';
import { eventually } from '../../support/eventually.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { sandboxVariables } from '../../support/service.ts';
import { countRunOut, type RunOutLeases } from '../../system/leases-run-out.ts';
import { type ChangedBuild, changedBuild } from './changed-build.ts';
import { Gateway, type GatewayPorts, gatewayPorts, HAPROXY, withoutProgram } from './gateway.ts';
import { SteadyLoad } from './steady-load.ts';

const CUSTOMERS = 100;
const REQUESTS_PER_SECOND = 300;
/** A rollout takes half a minute, on a busy machine several. */
const LIMIT_MS = 240_000;
const missing = withoutProgram(HAPROXY);

(missing === null ? describe : describe.skip)(
  `three processes behind haproxy, with ${REQUESTS_PER_SECOND} requests a second${missing ?? ''}`,
  () => {
    let built: BuiltService;
    let redis: LocalRedis;
    let sandbox: Sandbox;
    let ports: GatewayPorts;
    let gateway: Gateway;
    let services: RunningService[];
    let load: SteadyLoad;
    let raw: Redis;
    let leases: RunOutLeases;
    let changed: ChangedBuild | null = null;

    const start = (port: number, main = built.main): RunningService =>
      built.start(
        sandboxVariables(sandbox.url, {
          PORT: String(port),
          LOG_LEVEL: 'info',
          REDIS_URL: redis.url,
          // Wide, so that the machine's other work fails no request.
          ...{
            REDIS_TIMEOUT_MS: '2000',
            REQUEST_BUDGET_MS: '20000',
            RESELLER_TIMEOUT_MS: '10000',
            BILLING_TIMEOUT_MS: '10000',
          },
          // No part is due meanwhile, so each fetch comes of the rollout.
          ...{ CACHE_FRESH_SECONDS: '3600', RESELLER_QUOTA_CALLS: '100000', RESELLER_QUOTA_CALLS_LOCAL: '100000' },
          DRAIN_DELAY_MS: '3000',
        }),
        [process.execPath, main],
      );
    const resellerCalls = (): number => sandbox.traffic.counts.bySource.reseller;
    const answered = async (more: number): Promise<void> => {
      const before = load.ended;
      await eventually('requests are answered', () => load.ended > before + more);
    };
    /** What an orchestrator does: SIGTERM, and the new version at the same address. */
    const replace = async (place: number, main?: string): Promise<RunningService> => {
      const before = services[place];
      before?.signal('SIGTERM');
      expect((await before?.ended)?.code).toBe(0);
      const after = start(ports.services[place] ?? 0, main);
      services[place] = after;
      return after;
    };
    const rollAll = async (main?: string): Promise<void> => {
      for (const place of services.keys()) {
        await (
          await replace(place, main)
        ).url;
        await answered(REQUESTS_PER_SECOND);
      }
    };

    beforeAll(() => {
      built = buildService();
    });

    beforeEach(async () => {
      [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
      raw = rawRedis(redis.url);
      leases = await countRunOut(raw);
      ports = await gatewayPorts();
      ports = { ...ports, services: [ports.services[0], ports.services[1], await freePort()] };
      services = ports.services.map((port) => start(port));
      await Promise.all(services.map(({ url }) => url));
      gateway = await Gateway.start(HAPROXY, ports);
      const urls = Array.from(
        { length: CUSTOMERS },
        () => `http://127.0.0.1:${ports.http}/profiles${stagedCustomer(sandbox).path}`,
      );
      for (const url of urls) expect((await fetch(url)).status).toBe(200);
      expect(resellerCalls()).toBe(CUSTOMERS);
      load = new SteadyLoad(urls, REQUESTS_PER_SECOND);
      await answered(REQUESTS_PER_SECOND);
    });

    afterEach(async () => {
      await load.stop();
      await gateway.stop();
      leases.stop();
      raw.disconnect();
      for (const service of services) service.signal('SIGKILL');
      await Promise.all([redis.kill(), sandbox.close()]);
      changed?.remove();
      changed = null;
    });

    afterAll(() => {
      built.endAll();
    });

    it(
      'are replaced one by one: no request fails, and no customer is fetched again',
      async () => {
        await rollAll();
        await load.stop();
        expect(Object.keys(load.statuses)).toEqual(['200']);
        expect(resellerCalls()).toBe(CUSTOMERS);
      },
      LIMIT_MS,
    );

    it(
      'are replaced by a version with another cache format: no request fails, and each customer is fetched once more',
      async () => {
        const next = String(CACHE_FORMAT_VERSION + 1);
        const constant = 'CACHE_FORMAT_VERSION = ';
        changed = changedBuild(
          built,
          'profile-cache/cache-keys.js',
          `${constant}${CACHE_FORMAT_VERSION}`,
          constant + next,
        );
        await rollAll(changed.main);
        await load.stop();
        expect(Object.keys(load.statuses)).toEqual(['200']);
        expect(resellerCalls()).toBeGreaterThanOrEqual(2 * CUSTOMERS);
        // A lease that a busy machine did not renew in time lets another process fetch, too.
        expect(resellerCalls()).toBeLessThanOrEqual(2 * CUSTOMERS + leases.count());
      },
      LIMIT_MS,
    );

    it(
      'meet a version that never gets ready: it gets no request, the others answer, and the old version comes back',
      async () => {
        changed = changedBuild(built, 'health/lifecycle.js', "return this.stage === 'serving'", 'return false');
        const broken = await replace(0, changed.main);
        await broken.url;
        await answered(3 * REQUESTS_PER_SECOND);
        expect(broken.log.filter(({ route }) => String(route).startsWith('/v1/'))).toEqual([]);
        await (
          await replace(0)
        ).url;
        await answered(3 * REQUESTS_PER_SECOND);
        expect(services[0]?.log.some(({ route }) => String(route).startsWith('/v1/'))).toBe(true);
        await load.stop();
        expect(Object.keys(load.statuses)).toEqual(['200']);
        expect(resellerCalls()).toBe(CUSTOMERS);
      },
      LIMIT_MS,
    );

    it(
      'are replaced while Redis restarts empty: no request fails, and each process fetches a customer once at most',
      async () => {
        const { port } = redis;
        await (
          await replace(0)
        ).url;
        await redis.kill();
        const second = await replace(1);
        redis = await startRedis({ port });
        await second.url;
        await (
          await replace(2)
        ).url;
        await answered(3 * REQUESTS_PER_SECOND);
        await load.stop();
        expect(Object.keys(load.statuses)).toEqual(['200']);
        // Each of the six processes may know nothing of the others while Redis is away, and the empty Redis is filled once.
        expect(resellerCalls()).toBeLessThanOrEqual(7 * CUSTOMERS);
      },
      LIMIT_MS,
    );
  },
);
