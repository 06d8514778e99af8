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
/** The load of a round begins so long before it is measured. */
const SETTLE_MS = 1000;
const CUSTOMERS_PER_SECOND = 2000;

interface Answered {
  readonly status: number;
  readonly tookMs: number;
  /** Milliseconds since the load began. */
  readonly endedAtMs: number;
}

type Read = () => Promise<{ readonly status: number; readonly tookMs: number }>;

/** Cold reads of different customers, in alternating rounds: as many as the service can do, then three times as many. */
export async function overload(stage: Stage): Promise<Findings> {
  const { sandbox } = stage;
  const [rounds, seconds] = stage.quick ? [2, 3] : [5, 6];
  const customers = putCustomers(sandbox, SERIES, (rounds + 1) * 2 * seconds * CUSTOMERS_PER_SECOND).values();
  // Two calls a read: with twelve the stand-in for the upstreams would be the one that is overloaded.
  const server = await stage.start('service', { BILLING_CONNECTORS: 'stripe', RESELLER_QUOTA_CALLS: '1000000' });
  sandbox.faults.set('reseller', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  sandbox.faults.set('billing', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  const read: Read = async () => {
    const { value } = customers.next();
    if (!value) throw new Error('there are too few customers');
    return timedGet(server.url + value.path);
  };
  const aSecond = (answers: readonly Answered[], status: number): number =>
    withStatus(answers, status).filter(({ endedAtMs }) => endedAtMs > SETTLE_MS && endedAtMs <= seconds * 1000).length /
    (seconds - SETTLE_MS / 1000);
  const round = async (): Promise<Round> => {
    const atPeak = await closedLoop(seconds, read);
    const peakMb = residentMb(server.pid);
    const peak = aSecond(atPeak, 200);
    const probes = probing(server.url);
    const over = await openLoop(seconds, peak * 3, read);
    const probeMs = await probes();
    const [goodput, refused] = [aSecond(over, 200), aSecond(over, 503)];
    const refusedAtPeak = aSecond(atPeak, 503);
    return { peak, refusedAtPeak, atPeak, peakMb, goodput, refused, over, overMb: residentMb(server.pid), probeMs };
  };
  await round();
  const measured: Round[] = [];
  for (let each = 0; each < rounds; each += 1) measured.push(await round());
  sandbox.faults.clear();
  await server.stop();

  const [atPeak, over] = [measured.flatMap((one) => one.atPeak), measured.flatMap((one) => one.over)];
  const failed = atPeak.filter(({ status }) => status === 0).length;
  if (failed > 0) throw new Error(`${failed} reads had no answer at the peak`);
  const mid = (of: (one: Round) => number): number => median(measured.map(of));
  const toPeak = mid(({ goodput, peak }) => goodput / peak);
  const p99OfRefusals = tookMs(withStatus(over, 503), 0.99);
  const slowestProbe = Math.max(...measured.flatMap(({ probeMs }) => probeMs));
  const memory = mid(({ overMb, peakMb }) => overMb / peakMb);
  return {
    tables: [
      {
        title: `Overload: cold reads of two calls each at ${UPSTREAM_DELAY_MS} ms, medians of ${rounds} rounds of ${seconds} s`,
        header: ['offered', 'answered a second', 'p50 ms', 'p99 ms', 'refused a second', 'p99 ms of refusals', 'others', 'RSS MB'], // prettier-ignore
        rows: [
          row('what it can do', atPeak, mid(({ peak }) => peak), mid(({ refusedAtPeak }) => refusedAtPeak), mid(({ peakMb }) => peakMb)), // prettier-ignore
          row('three times that', over, mid(({ goodput }) => goodput), mid(({ refused }) => refused), mid(({ overMb }) => overMb)), // prettier-ignore
        ],
      },
    ],
    targets: [
      { what: 'answers at 3 × capacity to the peak', target: '≥ 0.90', measured: fixed(toPeak, 2), met: toPeak >= 0.9 },
      { what: 'p99 of refusals', target: '≤ 150 ms', measured: `${fixed(p99OfRefusals, 0)} ms`, met: p99OfRefusals <= 150 }, // prettier-ignore
      { what: 'slowest /health/live meanwhile', target: '≤ 250 ms', measured: `${fixed(slowestProbe, 0)} ms`, met: slowestProbe <= 250 }, // prettier-ignore
      { what: 'memory to that at the peak', target: '≤ 1.3', measured: fixed(memory, 2), met: memory <= 1.3 },
    ],
    raw: { rounds: measured.map(({ peak, goodput, refused, probeMs }) => ({ peak, goodput, refused, probeMs })) },
  };
}

/** Rates are a second. */
interface Round {
  readonly peak: number;
  readonly refusedAtPeak: number;
  readonly atPeak: readonly Answered[];
  readonly peakMb: number;
  readonly goodput: number;
  readonly refused: number;
  readonly over: readonly Answered[];
  readonly overMb: number;
  readonly probeMs: readonly number[];
}

function row(
  offered: string,
  answers: readonly Answered[],
  answeredASecond: number,
  refusedASecond: number,
  memoryMb: number,
): readonly string[] {
  const [answered, refused] = [withStatus(answers, 200), withStatus(answers, 503)];
  const ms = (some: readonly Answered[], part: number): string => (some.length > 0 ? fixed(tookMs(some, part), 0) : '');
  return [
    offered,
    fixed(answeredASecond, 0),
    ms(answered, 0.5),
    ms(answered, 0.99),
    fixed(refusedASecond, 0),
    ms(refused, 0.99),
    String(answers.length - answered.length - refused.length),
    fixed(memoryMb, 0),
  ];
}

function withStatus(answers: readonly Answered[], status: number): readonly Answered[] {
  return answers.filter((answer) => answer.status === status);
}

function tookMs(some: readonly Answered[], part: number): number {
  return quantile(Float64Array.from(some, (answer) => answer.tookMs).sort(), part);
}

/** This many readers. Each sends its next read when the last one is answered. */
async function closedLoop(seconds: number, read: Read): Promise<readonly Answered[]> {
  const beganAt = performance.now();
  const answers: Answered[] = [];
  const reader = async (): Promise<void> => {
    while (performance.now() < beganAt + seconds * 1000) answers.push(await timed(read, beganAt));
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return answers;
}

/** So many reads a second, whether they are answered or not. */
async function openLoop(seconds: number, perSecond: number, read: Read): Promise<readonly Answered[]> {
  const beganAt = performance.now();
  const under: Promise<Answered>[] = [];
  for (let now = beganAt; now < beganAt + seconds * 1000; now = performance.now()) {
    const due = ((now - beganAt) * perSecond) / 1000;
    while (under.length < due) under.push(timed(read, beganAt));
    await sleep(TICK_MS);
  }
  return Promise.all(under);
}

async function timed(read: Read, beganAt: number): Promise<Answered> {
  const { status, tookMs } = await read().catch(() => ({ status: 0, tookMs: NaN }));
  return { status, tookMs, endedAtMs: performance.now() - beganAt };
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
