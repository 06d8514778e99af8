import { threadsCpuMicros } from '../cpu.ts';
import { putCustomers } from '../customers.ts';
import { median } from '../numbers.ts';
import type { ServerProcess } from '../processes.ts';
import { readAll } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import { type Stage, type Subject, subjectNames } from '../stage.ts';

const SERIES = 10;
const CONNECTIONS = 6;
const MOST = 3;
const SUBJECTS: readonly Subject[] = ['service', 'twelveCalls'];

/**
 * CPU of customers that were never read, beside that of a bare server that makes the same twelve calls; the upstreams answer at once. The
 * code of a cold read is large, and gets faster for thousands of reads.
 */
export async function coldCpu(stage: Stage): Promise<Findings> {
  const { warming, rounds, reads } = stage.quick
    ? { warming: 500, rounds: 3, reads: 200 }
    : { warming: 6000, rounds: 8, reads: 1000 };
  const customers = putCustomers(stage.sandbox, SERIES, warming + rounds * reads);
  const servers = new Map<Subject, ServerProcess>();
  const micros: Partial<Record<Subject, number[]>> = {};
  for (const subject of SUBJECTS) servers.set(subject, await stage.start(subject, { RESELLER_QUOTA_CALLS: '1000000' }));
  for (const server of servers.values()) await readAll(server.url, customers.slice(0, warming), CONNECTIONS);
  for (let round = 0; round < rounds; round += 1)
    for (const [subject, server] of servers) {
      const from = warming + round * reads;
      const before = threadsCpuMicros(server.pid);
      await readAll(server.url, customers.slice(from, from + reads), CONNECTIONS);
      (micros[subject] ??= []).push((threadsCpuMicros(server.pid) - before) / reads);
    }
  await Promise.all([...servers.values()].map((server) => server.stop()));

  const typical = (subject: Subject): number => median(micros[subject] ?? []);
  const toBare = (subject: Subject): number => typical(subject) / typical('twelveCalls');
  return {
    tables: [
      {
        title: `CPU of a cold read with eleven connectors, after ${warming} to warm up: ${CONNECTIONS} connections, medians of ${rounds} alternating rounds of ${reads}`,
        header: ['what', 'CPU µs/read', 'to the bare server'],
        rows: SUBJECTS.map((subject) => [subjectNames[subject], fixed(typical(subject)), fixed(toBare(subject), 2)]),
      },
    ],
    targets: [
      {
        what: 'cold read to a bare server with the same twelve calls, by CPU',
        target: `≤ ${MOST}`,
        measured: fixed(toBare('service'), 2),
        met: toBare('service') <= MOST,
      },
    ],
    raw: micros,
  };
}
