import { randomUUID } from 'node:crypto';
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
const FORGOTTEN_PER_SAMPLE = 50;
const IMPORTED_PER_SAMPLE = 200;
/** How far the last third's median may lie above the first's. */
const FLAT = 1.1;
const METRICS = {
  rss: 'process_resident_memory_bytes',
  heap: 'nodejs_heap_size_used_bytes',
  external: 'nodejs_external_memory_bytes',
} as const;

interface Sample {
  readonly seconds: number;
  readonly rss: number;
  readonly heap: number;
  readonly external: number;
}

/**
 * Warm, stale and cold reads together for as long as asked, and what the process's memory does meanwhile. Those that are read cold,
 * linked, forgotten or imported are always others, so what is kept of each must have an end.
 */
export async function soak(stage: Stage): Promise<Findings> {
  const { seconds, settleSeconds } = stage.quick
    ? { seconds: 10, settleSeconds: 2 }
    : { seconds: 60, settleSeconds: 15 };
  // Fresh for so short that the warm customers are refreshed again and again.
  const server = await stage.start('service', { CACHE_FRESH_SECONDS: '5', CACHE_NOT_LINKED_SECONDS: '5' });
  const customers = putCustomers(stage.sandbox, 8, 200);
  const samplesAtMost = Math.ceil(((settleSeconds + seconds) * 1000) / SAMPLE_EVERY_MS) + 1;
  const unread = putCustomers(stage.sandbox, 9, COLD_READS_PER_SAMPLE * samplesAtMost);
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
  let turns = 0;
  const startedAt = performance.now();
  for (let elapsed = 0; elapsed < settleSeconds + seconds; elapsed = (performance.now() - startedAt) / 1000) {
    const turn = turns;
    turns += 1;
    const reads = unread.slice(turn * COLD_READS_PER_SAMPLE, (turn + 1) * COLD_READS_PER_SAMPLE);
    const others = readAndChange(server.url, reads, turn);
    const { text } = await timedGet(`${server.url}/metrics`);
    if (elapsed >= settleSeconds) samples.push({ seconds: elapsed, ...memoryOf(text) });
    await Promise.all([others, sleep(SAMPLE_EVERY_MS)]);
  }
  const { requestsPerSecond } = await load;
  await server.stop();

  const third = Math.ceil(samples.length / 3);
  const row = (
    name: string,
    key: 'rss' | 'heap' | 'external',
  ): { readonly cells: readonly string[]; readonly growth: number } => {
    const [first, last] = [samples.slice(0, third), samples.slice(-third)].map((part) =>
      median(part.map((s) => s[key])),
    );
    const perMinute = slope(samples.map((sample) => [sample.seconds, sample[key]])) * 60;
    const cells = [name, ...[first, last, perMinute].map((bytes = NaN) => fixed(bytes / MEBIBYTE, 1))];
    return { cells, growth: (last ?? NaN) / (first ?? NaN) };
  };
  const [rss, heap] = [row('resident', 'rss'), row('heap in use', 'heap')];
  const external = row('outside the heap', 'external');
  return {
    tables: [
      {
        title: `Soak: ${seconds} s of warm, stale and cold reads, links, imports and invalidations (${fixed(requestsPerSecond)} requests/s), after ${settleSeconds} s to settle`,
        header: ['memory, MiB', 'median of the first third', 'of the last third', 'slope per minute'],
        rows: [rss.cells, heap.cells, external.cells],
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

/** Ids that no other turn uses. */
const idsOf = (turn: number, series: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${series}${turn}-${String(index).padStart(4, '0')}`);

/** One after the other, as the load beside it leaves Redis little time. */
async function readAndChange(url: string, reads: readonly BenchCustomer[], turn: number): Promise<void> {
  for (const { customerId, billingCustomerId } of reads) {
    const link = JSON.stringify({ billingCustomerId });
    await send(`${url}/v1/customer-links/${customerId}`, 'PUT', 'application/json', link);
    await timedGet(`${url}/v1/customer-profiles/${customerId}`);
  }
  for (const customerId of idsOf(turn, 'F', FORGOTTEN_PER_SAMPLE)) await forget(url, customerId);
  await importLinks(url, idsOf(turn, 'I', IMPORTED_PER_SAMPLE));
}

const forget = (url: string, customerId: string): Promise<void> =>
  send(`${url}/v1/customer-profiles/${customerId}/cache`, 'DELETE');

async function importLinks(url: string, customerIds: readonly string[]): Promise<void> {
  const lines = customerIds.map((customerId) => JSON.stringify({ customerId, billingCustomerId: randomUUID() }));
  await send(`${url}/v1/customer-links/import`, 'POST', 'application/x-ndjson', lines.join('\n'));
}

/** @throws Error when the answer is no 2xx, nor 503: Redis did not answer in time beside the load */
async function send(url: string, method: string, contentType?: string, body?: string): Promise<void> {
  const headers = { ...callerHeaders, ...(contentType && { 'content-type': contentType }) };
  const answer = await fetch(url, { method, headers, ...(body && { body }) });
  await answer.text();
  if (!answer.ok && answer.status !== 503) throw new Error(`${method} ${url} answered ${answer.status}`);
}

function memoryOf(metrics: string): Omit<Sample, 'seconds'> {
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
  return { rss: value(METRICS.rss), heap: value(METRICS.heap), external: value(METRICS.external) };
}
