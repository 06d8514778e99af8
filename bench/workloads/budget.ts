import { setTimeout as sleep } from 'node:timers/promises';
import { connectorNames } from '../../sandbox/connectors.ts';
import type { FaultSource } from '../../sandbox/faults/fault.ts';
import { putCustomers } from '../customers.ts';
import { timedGet } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import type { Stage } from '../stage.ts';

/** Shorter than the time limit of an attempt, so that the budget ends the wait. */
const BUDGET_MS = 1000;
const ALLOWED_OVER_MS = 25;
const READS = 10;
const APART_MS = 50;
/** A process just started is slow at everything; these many reads before are answered at once. */
const WARMING = 20;

/** Cold reads while one upstream accepts requests and never answers, before any breaker knows. */
export async function budget(stage: Stage): Promise<Findings> {
  const cases: readonly (readonly [what: string, sources: readonly FaultSource[]])[] = [
    ['one connector', ['stripe']],
    ['every connector', connectorNames],
    ['the reseller customers API', ['reseller']],
  ];
  const slowest: Record<string, number> = {};
  const rows: string[][] = [];
  for (const [index, [what, sources]] of cases.entries()) {
    const server = await stage.start('service', { REQUEST_BUDGET_MS: String(BUDGET_MS) });
    const customers = putCustomers(stage.sandbox, 60 + index, WARMING + READS);
    for (const { path } of customers.slice(0, WARMING)) await timedGet(server.url + path);
    for (const source of sources) stage.sandbox.faults.set(source, { kind: 'hang' });
    const reads = customers.slice(WARMING).map(async ({ path }, place) => {
      await sleep(place * APART_MS);
      return timedGet(server.url + path);
    });
    const answers = await Promise.all(reads);
    stage.sandbox.faults.clear();
    await server.stop();
    const slowestMs = Math.max(...answers.map(({ tookMs }) => tookMs));
    slowest[what] = slowestMs;
    rows.push([what, fixed(slowestMs), [...new Set(answers.map(({ status }) => status))].join(', ')]);
  }
  const worst = Math.max(...Object.values(slowest));
  const limit = BUDGET_MS + ALLOWED_OVER_MS;
  return {
    tables: [
      {
        title: `Cold reads while an upstream hangs: ${READS} begun ${APART_MS} ms apart, budget ${BUDGET_MS} ms`,
        header: ['what hangs', 'slowest answer ms', 'status'],
        rows,
      },
    ],
    targets: [
      {
        what: 'cold answer while an upstream hangs',
        target: `≤ ${limit} ms`,
        measured: `${fixed(worst)} ms`,
        met: worst <= limit,
      },
    ],
    raw: slowest,
  };
}
