import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { credentials } from '../sandbox/credentials.ts';
import { type LocalRedis, startRedis } from '../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { compilePeers } from './compiled-peers.ts';
import { killAll, leaveServerCore, type ServerProcess, startServer } from './processes.ts';

/** The subjects of a benchmark: this service and its peers. */
export type Subject = 'service' | 'modules' | 'before' | 'relay' | 'twelveCalls' | 'nestExpress' | 'fastifyDedupe';

export const subjectNames: Readonly<Record<Subject, string>> = {
  service: 'this service',
  modules: 'this service, not bundled',
  before: 'this service before',
  relay: 'bare relay of one Redis GET',
  twelveCalls: 'bare server that makes the same twelve calls',
  nestExpress: 'NestJS + Express + cache-manager',
  fastifyDedupe: 'Fastify + async-cache-dedupe',
};

const CALLER_KEY = 'bench-0123456789abcdef';
export const callerHeaders = { 'x-api-key': CALLER_KEY };

/** The upstreams, the Redis and the programs that every workload uses. */
export interface Stage {
  readonly quick: boolean;
  /** Whether there is an older build of the service to compare with. */
  readonly hasBefore: boolean;
  readonly sandbox: Sandbox;
  readonly redis: LocalRedis;
  /** As in production: callers' keys checked, every request logged. Every subject is given the same variables. */
  start(
    subject: Subject,
    more?: Readonly<Record<string, string>>,
    nodeOptions?: readonly string[],
  ): Promise<ServerProcess>;
  /** Ends what a failed workload left behind. */
  clear(): void;
  /** Ends all that was started on it. */
  close(): Promise<void>;
}

export interface StageOptions {
  readonly quick: boolean;
  /** Where the service writes a V8 CPU profile as it ends; null: nowhere. */
  readonly profilesFolder: string | null;
  /** A copy of an older state of the project, installed and built; null: none. */
  readonly before: string | null;
}

/** Builds the service and its peers, and starts Redis and sandbox on the load's core. */
export async function openStage({ quick, profilesFolder, before }: StageOptions): Promise<Stage> {
  execFileSync('nest', ['build'], { stdio: 'inherit' });
  execFileSync('node', ['tools/bundle-service.ts'], { stdio: 'inherit' });
  const peers = compilePeers();
  leaveServerCore();
  const [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  const programs: Readonly<Record<Subject, string>> = {
    service: 'dist/main.js',
    modules: 'build/main.js',
    before: join(before ?? '', 'dist/main.js'),
    relay: join(peers, 'relay.js'),
    twelveCalls: join(peers, 'twelve-calls.js'),
    nestExpress: join(peers, 'nest-express/main.js'),
    fastifyDedupe: join(peers, 'fastify-dedupe.js'),
  };
  const variables = {
    HOST: '127.0.0.1',
    REDIS_URL: redis.url,
    RESELLER_API_URL: sandbox.url,
    RESELLER_API_KEY: credentials.reseller.apiKey,
    RESELLER_ACCESS_TOKEN: credentials.reseller.accessToken,
    BILLING_API_URL: sandbox.url,
    BILLING_API_KEY: credentials.billing.apiKey,
    BILLING_ORGANISATION: credentials.billing.organisation,
    AUTH_MODE: 'api-key',
    API_KEYS: `bench:${CALLER_KEY}`,
    CACHE_FRESH_SECONDS: '3600',
    DRAIN_DELAY_MS: '0',
  };
  return {
    quick,
    hasBefore: before !== null,
    sandbox,
    redis,
    start: (subject, more = {}, nodeOptions = []) => {
      const isProfiled = profilesFolder !== null && subject === 'service';
      const options = isProfiled ? ['--cpu-prof', `--cpu-prof-dir=${profilesFolder}`] : [];
      // Its functions then have the names of their modules.
      const program = programs[isProfiled ? 'modules' : subject];
      return startServer([...nodeOptions, ...options, program], { ...variables, ...more });
    },
    clear: () => {
      killAll();
      sandbox.faults.clear();
    },
    close: async () => {
      killAll();
      await Promise.all([sandbox.close(), redis.kill()]);
    },
  };
}
