import { Redis } from 'ioredis';
import { putCustomers } from '../customers.ts';
import type { LoadResult } from '../load.ts';
import { median } from '../numbers.ts';
import { runLoad, type ServerProcess } from '../processes.ts';
import { readAll } from '../reads.ts';
import { type Findings, fixed, percent } from '../report.ts';
import { callerHeaders, type Stage, type Subject, subjectNames } from '../stage.ts';

const CONNECTIONS = 50;
const ROWS: readonly (readonly [subject: Subject, note: string, variables: Readonly<Record<string, string>>])[] = [
  ['relay', '', {}],
  ['service', '', {}],
  ['service', ', `CACHE_LOCAL_SECONDS=0`', { CACHE_LOCAL_SECONDS: '0' }],
  ['fastifyDedupe', '', {}],
  ['nestExpress', '', {}],
];

interface Measured {
  readonly name: string;
  /** Of one answer. */
  readonly bytes: number;
  readonly server: ServerProcess;
  readonly paths: readonly string[];
  readonly results: LoadResult[];
}

/** Customers read before, over 50 connections, in alternating rounds. */
export async function warm(stage: Stage): Promise<Findings> {
  const { customerCount, rounds, seconds } = stage.quick
    ? { customerCount: 200, rounds: 2, seconds: 1 }
    : { customerCount: 1000, rounds: 5, seconds: 3 };
  const customers = putCustomers(stage.sandbox, 1, customerCount);
  const paths = customers.map(({ path }) => path);
  const subjects: Measured[] = [];
  let bodies: ReadonlyMap<string, string> = new Map();
  for (const [subject, note, variables] of ROWS) {
    const server = await stage.start(subject, variables);
    if (subject !== 'relay') bodies = await readAll(server.url, customers);
    if (subject === 'service') await storeForRelay(stage.redis.url, bodies);
    subjects.push({
      name: subjectNames[subject] + note,
      bytes: bodies.get(customers[0]?.customerId ?? '')?.length ?? NaN,
      server,
      paths: subject === 'relay' ? customers.map(({ customerId }) => `/${customerId}`) : paths,
      results: [],
    });
  }
  // One unmeasured round first; the relay has its values by now.
  for (let round = -1; round < rounds; round += 1)
    for (const subject of subjects) {
      const { url, pid } = subject.server;
      const load = { url, paths: subject.paths, headers: callerHeaders, connections: CONNECTIONS, serverPid: pid };
      const result = await runLoad({ ...load, seconds: round < 0 ? 1 : seconds });
      if (round >= 0) subject.results.push(result);
    }
  await Promise.all(subjects.map(({ server }) => server.stop()));

  const typical = (row: number, key: keyof LoadResult): number =>
    median((subjects[row]?.results ?? []).map((result) => result[key]));
  const perSecond = (row: number): number => typical(row, 'requestsPerSecond');
  const cpu = (row: number): number => typical(row, 'serverCpuMicrosPerRequest');
  const compared = (what: string, row: number, to: number, target: string): Findings['targets'][number] => {
    const ratio = cpu(to) / cpu(row);
    const measured = `${fixed(ratio, 2)} (by requests/s ${fixed(perSecond(row) / perSecond(to), 2)})`;
    return { what: `${what}, by CPU`, target: `≥ ${target}`, measured, met: ratio >= Number(target) };
  };
  return {
    tables: [
      {
        title: `Warm reads: ${customerCount} customers, ${CONNECTIONS} connections, medians of ${rounds} alternating rounds of ${seconds} s`,
        header: [
          'what', 'bytes', 'requests/s', 'to the relay', 'CPU µs/request', 'to the relay by CPU', 'its core', 'others there', 'load’s core', 'p50 ms', 'p99 ms',
        ], // prettier-ignore
        rows: subjects.map(({ name, bytes }, row) => [
          name,
          row === 0 ? 'as this service' : fixed(bytes),
          fixed(perSecond(row)),
          fixed(perSecond(row) / perSecond(0), 2),
          fixed(cpu(row), 1),
          fixed(cpu(0) / cpu(row), 2),
          percent(typical(row, 'serverShare')),
          percent(typical(row, 'othersShare')),
          percent(typical(row, 'loadCoreShare')),
          fixed(typical(row, 'p50Ms'), 1),
          fixed(typical(row, 'p99Ms'), 1),
        ]),
      },
    ],
    targets: [
      compared('warm read to the relay', 1, 0, '1.20'),
      compared('warm read to NestJS + Express + cache-manager', 1, 4, '7.0'),
      compared('warm read without copies to the relay', 2, 0, '1.00'),
    ],
    raw: subjects.map(({ name, results }) => ({ name, results })),
  };
}

async function storeForRelay(url: string, bodies: ReadonlyMap<string, string>): Promise<void> {
  const redis = new Redis(url);
  for (const [customerId, body] of bodies) await redis.set(customerId, body);
  redis.disconnect();
}
