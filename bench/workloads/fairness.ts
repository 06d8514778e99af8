import { putCustomers } from '../customers.ts';
import { OF_IMAGE } from '../image-options.ts';
import type { LoadResult } from '../load.ts';
import { median } from '../numbers.ts';
import { runLoad, type ServerProcess } from '../processes.ts';
import { readAll, timedGet } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import { callerHeaders, type Stage } from '../stage.ts';

const GREEDY_KEY = 'greedy-0123456789abcdef';
const GREEDY_READERS = 64;
const CONNECTIONS = 10;
/** Warm reads that leave the process time for others. */
const WARM_PER_SECOND = 2000;
const UPSTREAM_DELAY_MS = 50;

interface Counts {
  readonly answered: number;
  readonly refused: number;
}

/**
 * Warm reads of one caller at a steady rate, in alternating rounds alone and beside another caller that sends as much cold work as it
 * can: invented customers, links of its own, and `no-cache`.
 */
export async function fairness(stage: Stage): Promise<Findings> {
  const { customerCount, rounds, seconds } = stage.quick
    ? { customerCount: 200, rounds: 2, seconds: 2 }
    : { customerCount: 1000, rounds: 6, seconds: 4 };
  const [, benchKey = ''] = Object.entries(callerHeaders)[0] ?? [];
  const variables = { API_KEYS: `bench:${benchKey},greedy:${GREEDY_KEY}`, RESELLER_QUOTA_CALLS: '1000000' };
  const server = await stage.start('service', variables, OF_IMAGE);
  const customers = putCustomers(stage.sandbox, 9, customerCount);
  await readAll(server.url, customers);
  stage.sandbox.faults.set('reseller', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  stage.sandbox.faults.set('billing', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  const paths = customers.map(({ path }) => path);
  const load = { url: server.url, paths, headers: callerHeaders, connections: CONNECTIONS, serverPid: server.pid };
  const round = (forSeconds: number): Promise<LoadResult> =>
    runLoad({ ...load, seconds: forSeconds, requestsPerSecond: WARM_PER_SECOND });
  await round(1); // Not measured.
  const alone: LoadResult[] = [];
  const beside: LoadResult[] = [];
  const greedy: Counts[] = [];
  for (let index = 0; index < rounds; index += 1) {
    alone.push(await round(seconds));
    const over = new AbortController();
    const reads = readGreedily(server, paths, over.signal);
    beside.push(await round(seconds));
    over.abort();
    greedy.push(await reads);
  }
  stage.sandbox.faults.clear();
  await server.stop();

  const p99 = (results: readonly LoadResult[]): number => median(results.map(({ p99Ms }) => p99Ms));
  const more = p99(beside) / p99(alone) - 1;
  const row = (what: string, results: readonly LoadResult[], others: string): readonly string[] => [
    what,
    fixed(median(results.map(({ requestsPerSecond }) => requestsPerSecond))),
    fixed(median(results.map(({ p50Ms }) => p50Ms)), 2),
    fixed(p99(results), 2),
    others,
  ];
  const perSecond = (kind: keyof Counts): string =>
    fixed(greedy.reduce((sum, counts) => sum + counts[kind], 0) / (rounds * seconds), 0);
  return {
    tables: [
      {
        title: `Warm reads of one caller beside another one's cold work; medians of ${rounds} alternating rounds of ${seconds} s`,
        header: ['the other caller', 'requests/s', 'p50 ms', 'p99 ms', 'of the other a second'],
        rows: [
          row('silent', alone, ''),
          row(`${GREEDY_READERS} readers of cold customers`, beside, `${perSecond('answered')} answered, ${perSecond('refused')} refused`), // prettier-ignore
        ],
      },
    ],
    targets: [
      {
        what: 'p99 of warm reads, beside a greedy caller',
        target: '≤ +10 %',
        measured: `${more < 0 ? '' : '+'}${fixed(more * 100)} %`,
        met: more <= 0.1,
      },
    ],
    raw: { alone, beside, greedy },
  };
}

/** Each reader sends its next read when the last one is answered. @returns the numbers of reads answered and refused */
async function readGreedily(server: ServerProcess, paths: readonly string[], over: AbortSignal): Promise<Counts> {
  const counts = { answered: 0, refused: 0 };
  const headers = { 'x-api-key': GREEDY_KEY };
  let made = Math.floor(Math.random() * 1e9);
  const reader = async (): Promise<void> => {
    while (!over.aborted) {
      made += 1;
      const kind = made % 3;
      const known = paths[made % paths.length] ?? '';
      const own = `?billingCustomerId=6e1d0c5a-3a44-4b7b-9c11-${String(made).padStart(12, '0')}`;
      const path = [`/v1/customer-profiles/X${made}`, known.replace(/\?.*/, own), known][kind] ?? '';
      const more = kind === 2 ? { 'cache-control': 'no-cache' } : {};
      const { status } = await timedGet(server.url + path, { ...headers, ...more });
      if (status === 503 || status === 429) counts.refused += 1;
      else counts.answered += 1;
    }
  };
  await Promise.all(Array.from({ length: GREEDY_READERS }, reader));
  return counts;
}
