import { type Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { customerHash } from '../../../src/profile-cache/cache-keys.ts';
import { expired } from '../../../src/profile-cache/part.ts';
import { codec, fieldsOf, type KeptCustomer, keptCustomer, keyOf } from '../../profile-cache/kept-customer.ts';
import { type StagedCustomer } from '../../profile-cache/stage.ts';
import { buildService, type BuiltService, type RunningService } from '../../support/built-service.ts';
import { countOf } from '../../support/exposition.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { sandboxVariables, type Variables } from '../../support/service.ts';
import { countRunOut } from '../leases-run-out.ts';

/** Processes of the service that share a Redis and a sandbox. */
export interface Fleet {
  readonly redis: LocalRedis;
  readonly sandbox: Sandbox;
  readonly raw: Redis;
  readonly members: readonly Member[];
  /** Starts one more. */
  join(more?: Variables): Promise<Member>;
  /** What Redis holds of the customer's own link. */
  kept(customer: StagedCustomer): Promise<KeptCustomer | null>;
  /** How many leases have run out in Redis: a busy machine did not renew them in time, and another process may lead. */
  leasesRunOut(): number;
  /** Makes what Redis holds of it stale. */
  age(customer: StagedCustomer): Promise<void>;
  close(): Promise<void>;
}

export interface Member {
  readonly url: string;
  readonly process: RunningService;
  read(path: string, headers?: Record<string, string>): Promise<Answer>;
  /**
   * A counter of `/metrics`, such as `profile_cache_leases_total{outcome="led"}`; 0 while it has counted nothing.
   * @throws Error when there is no such metric or label
   */
  counter(name: string): Promise<number>;
}

export const LED = 'profile_cache_leases_total{outcome="led"}';
export const FOLLOWED = 'profile_cache_leases_total{outcome="followed"}';

/** A counter, over processes. */
export async function sumOf(members: readonly Member[], name: string): Promise<number> {
  const counts = await Promise.all(members.map((member) => member.counter(name)));
  return counts.reduce((sum, count) => sum + count, 0);
}

export interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly cacheStatus: string;
  readonly text: string;
}

/** Times are generous, as the machine may be busy; only the lease's are the service's own. */
const PATIENT: Variables = {
  LOG_LEVEL: 'info',
  ...{ REQUEST_BUDGET_MS: '60000', RESELLER_TIMEOUT_MS: '60000', BILLING_TIMEOUT_MS: '60000' },
  ...{ REDIS_TIMEOUT_MS: '10000', CACHE_REFRESH_WAIT_MS: '60000' },
};

export async function startFleet(size: number, more: Variables = {}): Promise<Fleet> {
  const [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  const built: BuiltService = buildService();
  const raw = rawRedis(redis.url);
  const runOut = await countRunOut(raw);
  const join = async (own: Variables = {}): Promise<Member> => {
    const variables = sandboxVariables(sandbox.url, { ...PATIENT, REDIS_URL: redis.url, ...more, ...own });
    const process = built.start(variables);
    return member(process, await process.url);
  };
  const members = await Promise.all(Array.from({ length: size }, () => join()));
  const kept = (customer: StagedCustomer): Promise<KeptCustomer | null> => keptCustomer(raw, customer);
  return {
    ...{ redis, sandbox, raw, members, join, kept },
    leasesRunOut: runOut.count,
    age: async (customer) => {
      const key = keyOf(customer);
      const fields = await fieldsOf(raw, key);
      for (const [field, value] of Object.entries(fields)) {
        const part = codec.decodePart(key, field, value);
        if (part) await raw.hset(customerHash(key), field, codec.encodePart(key, field, expired(part, Date.now())));
        else await raw.hdel(customerHash(key), field);
      }
      // Else the processes would take their copies for what Redis has.
      await raw.hset(customerHash(key), 'version', randomUUID());
    },
    close: async () => {
      built.endAll();
      runOut.stop();
      raw.disconnect();
      await Promise.all([sandbox.close(), redis.kill()]);
    },
  };
}

function member(process: RunningService, url: string): Member {
  return {
    url,
    process,
    read: async (path, headers = {}) => {
      const answer = await fetch(url + path, { headers });
      return {
        status: answer.status,
        etag: answer.headers.get('etag'),
        cacheStatus: answer.headers.get('cache-status') ?? '',
        text: await answer.text(),
      };
    },
    counter: async (name) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return countOf(text, name);
    },
  };
}
