import { setTimeout as sleep } from 'node:timers/promises';
import { residentMb } from '../cpu.ts';
import { putCustomers } from '../customers.ts';
import { median, quantile } from '../numbers.ts';
import { timedGet } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import type { Stage } from '../stage.ts';

const SERIES = 7;
const UPSTREAM_DELAY_MS = 50;
const TICK_MS = 5;
const PROBE_MS = 25;
const READERS = 64;

interface Answered {
  readonly status: number;
  readonly tookMs: number;
}

/** Cold reads of different customers, first as many as the service can do, then three times as many. */
export async function overload(stage: Stage): Promise<Findings> {
  const { sandbox } = stage;
  const seconds = stage.quick ? 5 : 15;
  const customers = putCustomers(sandbox, SERIES, seconds * 6000).values();
  // Two calls a read: with twelve the stand-in for the upstreams would be the one that is overloaded.
  const server = await stage.start('service', { BILLING_CONNECTORS: 'stripe', RESELLER_QUOTA_CALLS: '1000000' });
  sandbox.faults.set('reseller', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  sandbox.faults.set('billing', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  const read = async (): Promise<Answered> => {
    const { value } = customers.next();
    if (!value) throw new Error('there are too few customers');
    return timedGet(server.url + value.path);
  };
  await closedLoop(2, read);
  const atPeak = await closedLoop(seconds, read);
  const peakMb = residentMb(server.pid);
  const peak = atPeak.length / seconds;
  const probes = probing(server.url);
  const three = await openLoop(seconds, peak * 3, read);
  const probeMs = await probes();
  sandbox.faults.clear();
  const overMb = residentMb(server.pid);
  await server.stop();

  const done = three.answers.filter(({ status }) => status === 200);
  const refused = three.answers.filter(({ status }) => status === 503);
  const others = three.answers.length - done.length - refused.length;
  const goodput = done.length / seconds;
  const sorted = (some: readonly Answered[]): Float64Array => Float64Array.from(some, ({ tookMs }) => tookMs).sort();
  const p99OfRefusals = quantile(sorted(refused), 0.99);
  const slowestProbe = Math.max(...probeMs);
  return {
    tables: [
      {
        title: `Overload: cold reads of two calls each at ${UPSTREAM_DELAY_MS} ms, ${seconds} s`,
        header: ['offered', 'answered a second', 'p50 ms', 'p99 ms', 'refused a second', 'p99 ms of refusals', 'others', 'RSS MB'], // prettier-ignore
        rows: [
          ['what it can do', fixed(peak, 0), fixed(median(atPeak.map(({ tookMs }) => tookMs)), 0), fixed(quantile(sorted(atPeak), 0.99), 0), '0', '', '0', fixed(peakMb, 0)], // prettier-ignore
          [`${fixed(three.offered / seconds, 0)} a second`, fixed(goodput, 0), fixed(median(done.map(({ tookMs }) => tookMs)), 0), fixed(quantile(sorted(done), 0.99), 0), fixed(refused.length / seconds, 0), fixed(p99OfRefusals, 0), String(others), fixed(overMb, 0)], // prettier-ignore
        ],
      },
    ],
    targets: [
      { what: 'answers at 3 × capacity to the peak', target: '≥ 0.90', measured: fixed(goodput / peak, 2), met: goodput >= 0.9 * peak }, // prettier-ignore
      { what: 'p99 of refusals', target: '≤ 150 ms', measured: `${fixed(p99OfRefusals, 0)} ms`, met: p99OfRefusals <= 150 }, // prettier-ignore
      { what: 'slowest /health/live meanwhile', target: '≤ 250 ms', measured: `${fixed(slowestProbe, 0)} ms`, met: slowestProbe <= 250 }, // prettier-ignore
      { what: 'memory to that at the peak', target: '≤ 1.3', measured: fixed(overMb / peakMb, 2), met: overMb <= 1.3 * peakMb }, // prettier-ignore
    ],
    raw: { peak, goodput, probeMs },
  };
}

/** This many readers. Each sends its next read when the last one is answered. */
async function closedLoop(seconds: number, read: () => Promise<Answered>): Promise<readonly Answered[]> {
  const until = performance.now() + seconds * 1000;
  const answers: Answered[] = [];
  const reader = async (): Promise<void> => {
    while (performance.now() < until) answers.push(await read());
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return answers.filter(({ status }) => status === 200);
}

/** So many reads a second, whether they are answered or not. */
async function openLoop(
  seconds: number,
  perSecond: number,
  read: () => Promise<Answered>,
): Promise<{ readonly offered: number; readonly answers: readonly Answered[] }> {
  const beganAt = performance.now();
  const under: Promise<Answered>[] = [];
  for (let now = beganAt; now < beganAt + seconds * 1000; now = performance.now()) {
    const due = ((now - beganAt) * perSecond) / 1000;
    while (under.length < due) under.push(read().catch(() => ({ status: 0, tookMs: NaN })));
    await sleep(TICK_MS);
  }
  return { offered: under.length, answers: await Promise.all(under) };
}

/** Asks the liveness probe again and again. @returns ends it, with the milliseconds that each took */
function probing(url: string): () => Promise<readonly number[]> {
  const took: number[] = [];
  const asking = new AbortController();
  const work = (async () => {
    while (!asking.signal.aborted) {
      took.push((await timedGet(`${url}/health/live`)).tookMs);
      await sleep(PROBE_MS);
    }
  })();
  return async () => {
    asking.abort();
    await work;
    return took;
  };
}
