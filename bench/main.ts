/**
 * `npm run bench`: the service beside a bare relay of Redis, in one run, in alternating rounds. Prints a table; never
 * judges a time. `-- --quick` makes fewer and shorter rounds. What the numbers mean is in docs/performance.md.
 */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { credentials } from '../sandbox/credentials.ts';
import { startRedis } from '../sandbox/redis/local-redis.ts';
import { startSandbox } from '../sandbox/server.ts';
import { measureColdReads } from './cold.ts';
import { type BenchCustomer, putCustomers } from './customers.ts';
import type { LoadResult } from './load.ts';
import { markdownTable, median } from './numbers.ts';
import { leaveServerCore, pinned, runLoad, type ServerProcess, startServer } from './processes.ts';

const quick = process.argv.includes('--quick');
const { customerCount, rounds, seconds, coldReads } = quick
  ? { customerCount: 500, rounds: 3, seconds: 1, coldReads: 30 }
  : { customerCount: 1000, rounds: 5, seconds: 4, coldReads: 100 };
const CONNECTIONS = 50;
const CALLER_KEY = 'bench-0123456789abcdef';
const headers = { 'x-api-key': CALLER_KEY };

progress('building');
execFileSync('nest', ['build'], { stdio: 'inherit' });
leaveServerCore();
const [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
const servers: ServerProcess[] = [];
try {
  const relay = await started(['--no-warnings', `${import.meta.dirname}/relay.ts`], {}, '/', (port) => [
    String(port),
    redis.url,
  ]);
  const service = await started(['dist/main.js'], serviceVariables(), '/health/ready');
  const withoutCopies = await started(['dist/main.js'], serviceVariables('0'), '/health/ready');

  progress(`reading ${customerCount} customers for the first time`);
  const customers = putCustomers(sandbox, 1, customerCount);
  await warm(service.url, customers);
  const profilePaths = customers.map(({ path }) => path);
  const subjects = [
    { name: 'bare relay of one Redis GET', url: relay.url, paths: customers.map(({ customerId }) => `/${customerId}`) },
    { name: 'warm read', url: service.url, paths: profilePaths },
    { name: 'warm read, `CACHE_LOCAL_SECONDS=0`', url: withoutCopies.url, paths: profilePaths },
  ];
  progress(`${rounds} rounds of warm reads`);
  const results = subjects.map((): LoadResult[] => []);
  for (const { url, paths } of subjects) await runLoad({ url, paths, headers, connections: CONNECTIONS, seconds: 1 });
  for (let round = 0; round < rounds; round += 1)
    for (const [index, { url, paths }] of subjects.entries())
      results[index]?.push(await runLoad({ url, paths, headers, connections: CONNECTIONS, seconds }));
  progress(`${coldReads} cold reads`);
  const cold = await measureColdReads(sandbox, service.url, headers, coldReads);

  const typical = (index: number, value: (result: LoadResult) => number): number =>
    median((results[index] ?? []).map(value));
  const requestsPerSecond = subjects.map((_, index) => typical(index, (result) => result.requestsPerSecond));
  console.log(
    `Node ${process.version}, ${redis.engine}, ${pinned ? 'server on core 0, everything else on core 1' : 'not pinned'}; ` +
      `${customerCount} customers, ${CONNECTIONS} connections, medians of ${rounds} alternating rounds of ${seconds} s\n`,
  );
  console.log(
    markdownTable(
      ['what', 'requests/s', 'ratio to the relay', 'p50 ms', 'p99 ms'],
      subjects.map(({ name }, index) => [
        name,
        (requestsPerSecond[index] ?? NaN).toFixed(0),
        ((requestsPerSecond[index] ?? NaN) / (requestsPerSecond[0] ?? NaN)).toFixed(2),
        typical(index, ({ p50Ms }) => p50Ms).toFixed(0),
        typical(index, ({ p99Ms }) => p99Ms).toFixed(0),
      ]),
    ),
  );
  console.log(
    `\n${markdownTable(
      [`${coldReads} cold reads, upstreams at 50 ms`, 'p50 ms', 'the cold read’s ratio to it'],
      [
        ['cold read', cold.readMs.toFixed(1), '1.00'],
        [
          'slowest of its twelve calls, bare',
          cold.slowestCallMs.toFixed(1),
          (cold.readMs / cold.slowestCallMs).toFixed(2),
        ],
        ['one call alone, bare', cold.oneCallMs.toFixed(1), (cold.readMs / cold.oneCallMs).toFixed(2)],
      ],
    )}`,
  );
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  await Promise.all([sandbox.close(), redis.kill()]);
}

/** On standard error, so that standard output is the table alone. */
function progress(step: string): void {
  console.error(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${step} …`);
}

async function started(
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  readyPath: string,
  moreArgs: (port: number) => readonly string[] = () => [],
): Promise<ServerProcess> {
  const server = await startServer(
    (port) => [...args, ...moreArgs(port)],
    (port) => ({ ...variables, PORT: String(port) }),
    readyPath,
  );
  servers.push(server);
  return server;
}

/** As in production: callers' keys checked, every request logged; parts stay fresh for the whole run. */
function serviceVariables(localSeconds = '2'): Readonly<Record<string, string>> {
  return {
    HOST: '127.0.0.1',
    REDIS_URL: redis.url,
    RESELLER_API_URL: sandbox.url,
    RESELLER_TOKEN_URL: `${sandbox.url}/ims/token/v3`,
    RESELLER_API_KEY: credentials.reseller.apiKey,
    RESELLER_CLIENT_SECRET: credentials.reseller.clientSecret,
    BILLING_API_URL: sandbox.url,
    BILLING_API_KEY: credentials.billing.apiKey,
    BILLING_ORGANISATION: credentials.billing.organisation,
    AUTH_MODE: 'api-key',
    API_KEYS: `bench:${CALLER_KEY}`,
    CACHE_FRESH_SECONDS: '3600',
    CACHE_LOCAL_SECONDS: localSeconds,
  };
}

/** Reads every customer once, a few at a time and within the quota, and stores each answer for the relay. */
async function warm(url: string, customers: readonly BenchCustomer[]): Promise<void> {
  const client = new Redis(redis.url);
  const left = [...customers];
  const reader = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) {
      let answer = await fetch(url + next.path, { headers });
      while (answer.status === 503) {
        await sleep(Number(answer.headers.get('retry-after')) * 1000);
        answer = await fetch(url + next.path, { headers });
      }
      const text = await answer.text();
      if (answer.headers.get('profile-complete') !== '?1') throw new Error(`warming: ${answer.status} ${text}`);
      await client.set(next.customerId, text);
    }
  };
  await Promise.all(Array.from({ length: 8 }, reader));
  client.disconnect();
}
