import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultSource } from '../../sandbox/faults/fault.ts';
import { type BenchCustomer, putCustomers } from '../customers.ts';
import type { LoadResult } from '../load.ts';
import { median } from '../numbers.ts';
import { runLoad, type ServerProcess } from '../processes.ts';
import { readAll, timedGet } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import { callerHeaders, type Stage } from '../stage.ts';

const COLD_READ_EVERY_MS = 50;
const HANGING: FaultSource = 'stripe';

/**
 * Warm reads with and without one connector hanging, in alternating rounds, while cold reads of other customers run into
 * it all the time.
 */
export async function hanging(stage: Stage): Promise<Findings> {
  const { customerCount, rounds, seconds } = stage.quick
    ? { customerCount: 200, rounds: 2, seconds: 1.5 }
    : { customerCount: 1000, rounds: 6, seconds: 3 };
  const server = await stage.start('service');
  const customers = putCustomers(stage.sandbox, 4, customerCount);
  await readAll(server.url, customers);
  const unread = putCustomers(stage.sandbox, 5, 4000).values();
  const paths = customers.map(({ path }) => path);
  const round = async (forSeconds: number): Promise<LoadResult> => {
    const over = new AbortController();
    const coldReads = readCold(server, unread, over.signal);
    const load = { url: server.url, paths, headers: callerHeaders, connections: 50, serverPid: server.pid };
    const result = await runLoad({ ...load, seconds: forSeconds });
    over.abort();
    await coldReads;
    return result;
  };
  await round(1); // Not measured.
  const normal: LoadResult[] = [];
  const hung: LoadResult[] = [];
  for (let index = 0; index < rounds; index += 1) {
    normal.push(await round(seconds));
    stage.sandbox.faults.set(HANGING, { kind: 'hang' });
    hung.push(await round(seconds));
    stage.sandbox.faults.clear();
    await recovered(server, unread);
  }
  await server.stop();

  const p99 = (results: readonly LoadResult[]): number => median(results.map(({ p99Ms }) => p99Ms));
  const more = p99(hung) / p99(normal) - 1;
  const row = (what: string, results: readonly LoadResult[]): readonly string[] => [
    what,
    fixed(median(results.map(({ requestsPerSecond }) => requestsPerSecond))),
    fixed(median(results.map(({ p50Ms }) => p50Ms)), 1),
    fixed(p99(results), 1),
  ];
  return {
    tables: [
      {
        title: `Warm reads while one connector hangs, a cold read every ${COLD_READ_EVERY_MS} ms beside them; medians of ${rounds} alternating rounds of ${seconds} s`,
        header: ['upstreams', 'requests/s', 'p50 ms', 'p99 ms'],
        rows: [row('all well', normal), row(`\`${HANGING}\` hanging`, hung)],
      },
    ],
    targets: [
      {
        what: 'p99 of warm reads, one upstream hanging',
        target: '≤ +5 %',
        measured: `${more < 0 ? '' : '+'}${fixed(more * 100)} %`,
        met: more <= 0.05,
      },
    ],
    raw: { normal, hung },
  };
}

/** One read after the other is begun, whether or not the last one was answered. Resolves when all were. */
async function readCold(server: ServerProcess, unread: Iterator<BenchCustomer>, over: AbortSignal): Promise<void> {
  const reads: Promise<unknown>[] = [];
  while (!over.aborted) {
    const next = unread.next();
    if (!next.done) reads.push(timedGet(server.url + next.value.path));
    await sleep(COLD_READ_EVERY_MS);
  }
  await Promise.all(reads);
}

/** Resolves when a cold read is complete again, breakers closed and all. */
async function recovered(server: ServerProcess, unread: Iterator<BenchCustomer>): Promise<void> {
  const endsAt = performance.now() + 30_000;
  while (performance.now() < endsAt) {
    const next = unread.next();
    if (next.done) break;
    if ((await timedGet(server.url + next.value.path)).text.includes('"complete":true')) return;
    await sleep(200);
  }
  throw new Error('the service did not recover from the hanging upstream');
}
