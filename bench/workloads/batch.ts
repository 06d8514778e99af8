import { putCustomers } from '../customers.ts';
import { median } from '../numbers.ts';
import { runLoad } from '../processes.ts';
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
  const load = { url: server.url, headers: callerHeaders, connections: CONCURRENCY, serverPid: server.pid, seconds };
  const batches = {
    paths: ['/v1/customer-profiles/batch-get'],
    headers: { ...callerHeaders, 'content-type': 'application/json' },
    bodies: Array.from({ length: customerCount / SIZE }, (_, at) =>
      JSON.stringify({ customerIds: customers.slice(at * SIZE, (at + 1) * SIZE).map(({ customerId }) => customerId) }),
    ),
  };
  for (let round = -1; round < rounds; round += 1) {
    const perRead = await runLoad({ ...load, paths });
    const perBatch = await runLoad({ ...load, ...batches });
    if (round < 0) continue; // Not measured.
    single.push(perRead.serverCpuMicrosPerRequest);
    batched.push(perBatch.serverCpuMicrosPerRequest);
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
