import { connectorNames } from '../../sandbox/connectors.ts';
import { type BenchCustomer, putCustomers } from '../customers.ts';
import { median } from '../numbers.ts';
import type { ServerProcess } from '../processes.ts';
import { closeConnections, timedGet } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import { type Stage, type Subject, subjectNames } from '../stage.ts';

const PROCESSES = 4;
const READS = 1000;
const UPSTREAM_DELAY_MS = 50;
const SUBJECTS: readonly Subject[] = ['service', 'fastifyDedupe', 'nestExpress'];

interface Run {
  readonly resellerCalls: number;
  /** Of the connector asked most often. */
  readonly connectorCalls: number;
  readonly slowestMs: number;
  readonly failed: number;
}

/** Four processes, and 1,000 reads of one cold customer at once. */
export async function fleet(stage: Stage): Promise<Findings> {
  const { sandbox } = stage;
  const runsEach = stage.quick ? 2 : 5;
  const runs: Partial<Record<Subject, Run[]>> = {};
  for (const [series, subject] of SUBJECTS.entries()) {
    const servers: ServerProcess[] = [];
    for (let index = 0; index < PROCESSES; index += 1) servers.push(await stage.start(subject));
    sandbox.faults.set('reseller', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
    sandbox.faults.set('billing', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
    const results: Run[] = [];
    for (const customer of putCustomers(sandbox, 30 + series, runsEach))
      results.push(await run(stage, servers, customer));
    runs[subject] = results;
    sandbox.faults.clear();
    closeConnections();
    await Promise.all(servers.map((server) => server.stop()));
  }

  const all = (subject: Subject, key: keyof Run): number[] => (runs[subject] ?? []).map((result) => result[key]);
  const exact = (runs.service ?? []).every(
    ({ resellerCalls, connectorCalls, failed }) => resellerCalls === 1 && connectorCalls === 1 && failed === 0,
  );
  const most = (subject: Subject, key: keyof Run): string => fixed(Math.max(...all(subject, key)));
  return {
    tables: [
      {
        title: `${READS} reads at once of one cold customer over ${PROCESSES} processes, upstreams at ${UPSTREAM_DELAY_MS} ms; ${runsEach} customers`,
        header: [
          'what',
          'calls to the reseller API, most',
          'per connector, most',
          'slowest answer ms, median',
          'failed',
        ],
        rows: SUBJECTS.map((subject) => [
          subjectNames[subject],
          most(subject, 'resellerCalls'),
          most(subject, 'connectorCalls'),
          fixed(median(all(subject, 'slowestMs'))),
          most(subject, 'failed'),
        ]),
      },
    ],
    targets: [
      {
        what: `${READS} cold reads of one customer over ${PROCESSES} processes`,
        target: '1 reseller call, 1 per connector',
        measured: `${most('service', 'resellerCalls')} and ${most('service', 'connectorCalls')}`,
        met: exact,
      },
    ],
    raw: runs,
  };
}

async function run({ sandbox }: Stage, servers: readonly ServerProcess[], customer: BenchCustomer): Promise<Run> {
  sandbox.traffic.reset();
  const reads = Array.from({ length: READS }, (_, index) => {
    const { url } = servers[index % servers.length] ?? { url: '' };
    return timedGet(url + customer.path);
  });
  const answers = await Promise.all(reads);
  const { bySource } = sandbox.traffic.counts;
  return {
    resellerCalls: bySource.reseller,
    connectorCalls: Math.max(...connectorNames.map((name) => bySource[name])),
    slowestMs: Math.max(...answers.map(({ tookMs }) => tookMs)),
    failed: answers.filter(({ status }) => status !== 200).length,
  };
}
