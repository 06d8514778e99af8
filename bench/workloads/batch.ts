import { processCpuMs } from '../cpu.ts';
import { type BenchCustomer, putCustomers } from '../customers.ts';
import { median } from '../numbers.ts';
import { runLoad, type ServerProcess } from '../processes.ts';
import { readAll } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import { callerHeaders, type Stage } from '../stage.ts';

const SIZE = 100;
const CONCURRENCY = 4;

/** Batches of a hundred warm customers beside single reads of the same customers, in alternating rounds. */
export async function batch(stage: Stage): Promise<Findings> {
  const { customerCount, rounds, seconds } = stage.quick
    ? { customerCount: 200, rounds: 2, seconds: 1 }
    : { customerCount: 1000, rounds: 5, seconds: 3 };
  // The workload before may have used up the quota that processes share.
  const server = await stage.start('service', { RESELLER_QUOTA_CALLS: '1000000' });
  const customers = putCustomers(stage.sandbox, 8, customerCount);
  // As a batch reads them: by the stored link, and none is stored.
  const paths = customers.map(({ customerId }) => `/v1/customer-profiles/${customerId}`);
  await readAll(
    server.url,
    customers.map((customer, at) => ({ ...customer, path: paths[at] ?? '' })),
  );
  const single: number[] = [];
  const batched: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const load = { url: server.url, paths, headers: callerHeaders, connections: CONCURRENCY, serverPid: server.pid };
    const { serverCpuMicrosPerRequest } = await runLoad({ ...load, seconds });
    const perBatch = await readBatches(server, customers, seconds);
    if (round < 0) continue; // Not measured.
    single.push(serverCpuMicrosPerRequest);
    batched.push(perBatch);
  }
  await server.stop();
  const [one, many] = [median(single), median(batched)];
  return {
    tables: [
      {
        title: `Batches of ${SIZE} warm customers, ${CONCURRENCY} at once; medians of ${rounds} alternating rounds of ${seconds} s`,
        header: ['what', 'CPU µs', 'CPU µs a customer'],
        rows: [
          ['a single read', fixed(one, 1), fixed(one, 1)],
          [`a batch of ${SIZE}`, fixed(many, 0), fixed(many / SIZE, 1)],
        ],
      },
    ],
    targets: [
      {
        what: `CPU of a batch of ${SIZE}, in single reads`,
        target: '≤ 10',
        measured: fixed(many / one, 1),
        met: many <= 10 * one,
      },
    ],
    raw: { single, batched },
  };
}

/** Reads batch after batch. @returns microseconds of the server's CPU for one of them */
async function readBatches(
  server: ServerProcess,
  customers: readonly BenchCustomer[],
  seconds: number,
): Promise<number> {
  const until = performance.now() + seconds * 1000;
  const cpuBefore = processCpuMs(server.pid);
  let batches = 0;
  const reader = async (from: number): Promise<void> => {
    for (let at = from; performance.now() < until; at = (at + SIZE) % customers.length) {
      const ids = Array.from({ length: SIZE }, (_, of) => customers[(at + of) % customers.length]?.customerId);
      const answer = await fetch(`${server.url}/v1/customer-profiles/batch-get`, {
        method: 'POST',
        headers: { ...callerHeaders, 'content-type': 'application/json' },
        body: JSON.stringify({ customerIds: ids }),
      });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`a batch was answered with ${answer.status}: ${text.slice(0, 200)}`);
      batches += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, (_, of) => reader(of * SIZE)));
  return ((processCpuMs(server.pid) - cpuBefore) * 1000) / batches;
}
