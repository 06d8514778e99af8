import { randomUUID } from 'node:crypto';
import { connectorNames } from '../../sandbox/connectors.ts';
import { credentials } from '../../sandbox/credentials.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { type BenchCustomer, putCustomers } from '../customers.ts';
import { median } from '../numbers.ts';
import { timedGet } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import { type Stage, type Subject, subjectNames } from '../stage.ts';

const UPSTREAM_DELAY_MS = 50;
const WARMING = 5;
const SUBJECTS: readonly Subject[] = ['service', 'fastifyDedupe', 'nestExpress'];
const SLOWEST = 'slowest of the twelve calls, bare';

/** Customers that were never read, one after the other, each beside the bare calls it is made of. */
export async function cold(stage: Stage): Promise<Findings> {
  const { sandbox } = stage;
  const count = stage.quick ? 25 : 100;
  const customers = putCustomers(sandbox, 2, count + WARMING);
  const servers = [];
  for (const subject of SUBJECTS) servers.push({ subject, server: await stage.start(subject) });
  sandbox.faults.set('reseller', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  sandbox.faults.set('billing', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  const times: Record<string, number[]> = {};
  const note = (what: string, tookMs: number): void => void (times[what] ??= []).push(tookMs);
  for (const customer of customers) {
    for (const { subject, server } of servers) {
      const { status, tookMs } = await timedGet(server.url + customer.path);
      if (status !== 200) throw new Error(`a cold read by ${subject} was answered with ${status}`);
      note(subjectNames[subject], tookMs);
    }
    note(SLOWEST, Math.max(...(await Promise.all(upstreamCalls(sandbox, customer).map((call) => call())))));
    note('one call alone, bare', (await upstreamCalls(sandbox, customer)[0]?.()) ?? NaN);
  }
  sandbox.faults.clear();
  await Promise.all(servers.map(({ server }) => server.stop()));

  const typical = (what: string): number => median((times[what] ?? []).slice(WARMING));
  const ratio = typical(subjectNames.service) / typical(SLOWEST);
  return {
    tables: [
      {
        title: `Cold reads: ${count} customers one after the other, upstreams at ${UPSTREAM_DELAY_MS} ms`,
        header: ['what', 'p50 ms', 'to the slowest bare call'],
        rows: Object.keys(times).map((what) => [
          what,
          fixed(typical(what), 1),
          fixed(typical(what) / typical(SLOWEST), 2),
        ]),
      },
    ],
    targets: [
      { what: 'cold p50 to the slowest single call', target: '≤ 1.05', measured: fixed(ratio, 2), met: ratio <= 1.05 },
    ],
    raw: times,
  };
}

function upstreamCalls({ url }: Sandbox, customer: BenchCustomer): readonly (() => Promise<number>)[] {
  const { reseller, billing } = credentials;
  const took = async (path: string, headers: Readonly<Record<string, string>>): Promise<number> =>
    (await timedGet(url + path, headers)).tookMs;
  const toReseller = (): Promise<number> =>
    took(`/v3/customers/${customer.customerId}`, {
      'X-Api-Key': reseller.apiKey,
      Authorization: `Bearer ${reseller.accessToken}`,
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-Correlation-Id': randomUUID(),
      'X-Request-Id': randomUUID(),
    });
  const toConnectors = connectorNames.map((name) => (): Promise<number> => {
    const headers = { 'x-api-key': billing.apiKey, organisation: billing.organisation };
    return took(`/customers/${customer.billingCustomerId}/connector/${name}`, headers);
  });
  return [toReseller, ...toConnectors];
}
