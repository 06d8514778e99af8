import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchCustomer, putCustomers } from '../customers.ts';
import { median, slope } from '../numbers.ts';
import { runLoad } from '../processes.ts';
import { readAll, timedGet } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import { callerHeaders, type Stage } from '../stage.ts';

const MEBIBYTE = 1024 * 1024;
const SAMPLE_EVERY_MS = 500;
const COLD_READS_PER_SAMPLE = 10;
/** How far the last third's median may lie above the first's. */
const FLAT = 1.1;
const METRICS = { rss: 'process_resident_memory_bytes', heap: 'nodejs_heap_size_used_bytes' } as const;

interface Sample {
  readonly seconds: number;
  readonly rss: number;
  readonly heap: number;
}

/**
 * Warm, stale and cold reads together for as long as asked, and what the process's memory does meanwhile. The customers
 * are always the same, so that nothing has a reason to grow: one read cold is forgotten first.
 */
export async function soak(stage: Stage): Promise<Findings> {
  const { seconds, settleSeconds } = stage.quick
    ? { seconds: 10, settleSeconds: 2 }
    : { seconds: 60, settleSeconds: 15 };
  // Fresh for so short that the warm customers are refreshed again and again.
  const server = await stage.start('service', { CACHE_FRESH_SECONDS: '5', CACHE_NOT_LINKED_SECONDS: '5' });
  const customers = putCustomers(stage.sandbox, 8, 200);
  const forgotten = putCustomers(stage.sandbox, 9, 200);
  let next = 0;
  await readAll(server.url, customers);
  const load = runLoad({
    url: server.url,
    paths: customers.map(({ path }) => path),
    headers: callerHeaders,
    connections: 10,
    seconds: settleSeconds + seconds,
    serverPid: server.pid,
  });
  const samples: Sample[] = [];
  const startedAt = performance.now();
  for (let elapsed = 0; elapsed < settleSeconds + seconds; elapsed = (performance.now() - startedAt) / 1000) {
    const cold = Array.from({ length: COLD_READS_PER_SAMPLE }, () =>
      readForgotten(server.url, forgotten[next++ % forgotten.length]),
    );
    const { text } = await timedGet(`${server.url}/metrics`);
    if (elapsed >= settleSeconds) samples.push({ seconds: elapsed, ...memoryOf(text) });
    await Promise.all([...cold, sleep(SAMPLE_EVERY_MS)]);
  }
  const { requestsPerSecond } = await load;
  await server.stop();

  const third = Math.ceil(samples.length / 3);
  const row = (name: string, key: 'rss' | 'heap'): { readonly cells: readonly string[]; readonly growth: number } => {
    const [first, last] = [samples.slice(0, third), samples.slice(-third)].map((part) =>
      median(part.map((s) => s[key])),
    );
    const perMinute = slope(samples.map((sample) => [sample.seconds, sample[key]])) * 60;
    const cells = [name, ...[first, last, perMinute].map((bytes = NaN) => fixed(bytes / MEBIBYTE, 1))];
    return { cells, growth: (last ?? NaN) / (first ?? NaN) };
  };
  const [rss, heap] = [row('resident', 'rss'), row('heap in use', 'heap')];
  return {
    tables: [
      {
        title: `Soak: ${seconds} s of warm, stale and cold reads (${fixed(requestsPerSecond)} requests/s), after ${settleSeconds} s to settle`,
        header: ['memory, MiB', 'median of the first third', 'of the last third', 'slope per minute'],
        rows: [rss.cells, heap.cells],
      },
    ],
    targets: [
      {
        what: 'memory over a soak, last third to first',
        target: `≤ ${FLAT.toFixed(2)}`,
        measured: `resident ${fixed(rss.growth, 2)}, heap ${fixed(heap.growth, 2)}`,
        met: rss.growth <= FLAT && heap.growth <= FLAT,
      },
    ],
    raw: samples,
  };
}

async function readForgotten(url: string, customer: BenchCustomer | undefined): Promise<void> {
  if (!customer) return;
  const cache = `${url}/v1/customer-profiles/${customer.customerId}/cache`;
  const { status } = await fetch(cache, { method: 'DELETE', headers: callerHeaders });
  if (status !== 204) throw new Error(`DELETE ${cache} answered ${status}`);
  await timedGet(url + customer.path);
}

function memoryOf(metrics: string): { readonly rss: number; readonly heap: number } {
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
  return { rss: value(METRICS.rss), heap: value(METRICS.heap) };
}
