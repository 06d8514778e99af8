import { randomUUID } from 'node:crypto';
import { Agent, get } from 'node:http';
import { connectorNames } from '../sandbox/connectors.ts';
import { credentials } from '../sandbox/credentials.ts';
import type { Sandbox } from '../sandbox/server.ts';
import { type BenchCustomer, putCustomers } from './customers.ts';
import { median } from './numbers.ts';

/** Milliseconds at the median. */
export interface ColdReads {
  readonly readMs: number;
  /** The slowest of the same twelve calls, made in parallel by a bare client. */
  readonly slowestCallMs: number;
  /** One call alone, by a bare client. */
  readonly oneCallMs: number;
}

const UPSTREAM_DELAY_MS = 50;
const agent = new Agent({ keepAlive: true });

/** Reads customers nobody has read, one after the other, each beside the bare calls it is made of. */
export async function measureColdReads(
  sandbox: Sandbox,
  serviceUrl: string,
  headers: Readonly<Record<string, string>>,
  count: number,
): Promise<ColdReads> {
  const warming = 5;
  const customers = putCustomers(sandbox, 7, count + warming);
  sandbox.faults.set('reseller', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  sandbox.faults.set('billing', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  const reads: number[] = [];
  const slowest: number[] = [];
  const single: number[] = [];
  for (const customer of customers) {
    reads.push(await timed(serviceUrl + customer.path, headers));
    slowest.push(Math.max(...(await Promise.all(upstreamCalls(sandbox, customer).map((call) => call())))));
    single.push((await upstreamCalls(sandbox, customer)[0]?.()) ?? NaN);
  }
  sandbox.faults.clear();
  agent.destroy();
  const typical = (times: readonly number[]): number => median(times.slice(warming));
  return { readMs: typical(reads), slowestCallMs: typical(slowest), oneCallMs: typical(single) };
}

function upstreamCalls({ url }: Sandbox, customer: BenchCustomer): readonly (() => Promise<number>)[] {
  const { reseller, billing } = credentials;
  const toReseller = (): Promise<number> =>
    timed(`${url}/v3/customers/${customer.customerId}`, {
      'X-Api-Key': reseller.apiKey,
      Authorization: `Bearer ${reseller.accessToken}`,
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-Correlation-Id': randomUUID(),
      'X-Request-Id': randomUUID(),
    });
  const toConnectors = connectorNames.map((name) => (): Promise<number> => {
    const connector = `${url}/customers/${customer.billingCustomerId}/connector/${name}`;
    return timed(connector, { 'x-api-key': billing.apiKey, organisation: billing.organisation });
  });
  return [toReseller, ...toConnectors];
}

/** Milliseconds from the request to the last byte; a "not linked" is an answer like any other. */
function timed(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      if ((response.statusCode ?? 500) > 400) reject(new Error(`${url} answered ${response.statusCode ?? 'nothing'}`));
      response.resume().once('end', () => {
        resolve(performance.now() - startedAt);
      });
    }).once('error', reject);
  });
}
