import { residentMb } from '../cpu.ts';
import { putCustomers } from '../customers.ts';
import { type Answered, closedLoop, openLoop, probing, type Read } from '../loops.ts';
import { median, quantile } from '../numbers.ts';
import { timedGet } from '../reads.ts';
import { type Findings, fixed } from '../report.ts';
import type { Stage } from '../stage.ts';

const UPSTREAM_DELAY_MS = 50;
const READERS = 64;
/** The load of a round begins so long before it is measured. */
const SETTLE_MS = 1000;

/** What a cold read calls. */
interface Reads {
  readonly what: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly series: number;
  /** Customers for each second of load, on average of both parts of a round. */
  readonly customersPerSecond: number;
}

const ELEVEN: Reads = { what: 'eleven connectors', variables: {}, series: 7, customersPerSecond: 1000 };
const ONE: Reads = { what: 'one connector', variables: { BILLING_CONNECTORS: 'stripe' }, series: 16, customersPerSecond: 2000 }; // prettier-ignore

/**
 * Cold reads of different customers, in alternating rounds: as many as the service can do, then three times as many. The targets are for reads
 * of all eleven connectors. A read of one connector costs about half of that, and a refusal the same.
 */
export async function overload(stage: Stage): Promise<Findings> {
  const eleven = await measure(stage, ELEVEN);
  const one = await measure(stage, ONE);
  const toPeak = shareOfPeak(eleven);
  const p99OfRefusals = tookMs(withStatus(answersOver(eleven), 503), 0.99);
  const slowestProbe = Math.max(...eleven.flatMap(({ probeMs }) => probeMs));
  const memory = mid(eleven, ({ peak, over }) => over.memoryMb / peak.memoryMb);
  return {
    tables: [
      {
        title: `Overload: cold reads whose calls take ${UPSTREAM_DELAY_MS} ms, medians of ${eleven.length} rounds`,
        header: ['offered', 'answered a second', 'to the peak', 'p50 ms', 'p99 ms', 'refused a second', 'p99 ms of refusals', 'others', 'RSS MB', 'load busy'], // prettier-ignore
        rows: [...rowsOf(ELEVEN, eleven), ...rowsOf(ONE, one)],
      },
    ],
    targets: [
      { what: 'answers at 3 × capacity to the peak', target: '≥ 0.90', measured: fixed(toPeak, 2), met: toPeak >= 0.9 },
      { what: 'p99 of refusals', target: '≤ 150 ms', measured: `${fixed(p99OfRefusals, 0)} ms`, met: p99OfRefusals <= 150 }, // prettier-ignore
      { what: 'slowest /health/live meanwhile', target: '≤ 250 ms', measured: `${fixed(slowestProbe, 0)} ms`, met: slowestProbe <= 250 }, // prettier-ignore
      { what: 'memory to that at the peak', target: '≤ 1.3', measured: fixed(memory, 2), met: memory <= 1.3 },
    ],
    raw: { eleven: eleven.map(ratesOf), one: one.map(ratesOf) },
  };
}

/** A part of a round, with its rates a second. */
interface Phase {
  readonly answers: readonly Answered[];
  readonly answered: number;
  readonly refused: number;
  readonly memoryMb: number;
  /** The share of the time in which the event loop of the load and of the upstreams' stand-ins was busy. */
  readonly loadBusy: number;
}

interface Round {
  readonly peak: Phase;
  readonly over: Phase;
  readonly probeMs: readonly number[];
}

async function measure(stage: Stage, { variables, series, customersPerSecond }: Reads): Promise<readonly Round[]> {
  const { sandbox } = stage;
  const [rounds, seconds] = stage.quick ? [2, 3] : [5, 6];
  const customers = putCustomers(sandbox, series, (rounds + 1) * 2 * seconds * customersPerSecond).values();
  const server = await stage.start('service', { ...variables, RESELLER_QUOTA_CALLS: '1000000' });
  sandbox.faults.set('reseller', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  sandbox.faults.set('billing', { kind: 'delay', delayMs: UPSTREAM_DELAY_MS });
  const read: Read = () => {
    const { value } = customers.next();
    if (!value) throw new Error('there are too few customers');
    return timedGet(server.url + value.path);
  };
  const phase = async (load: Promise<readonly Answered[]>): Promise<Phase> => {
    const before = performance.eventLoopUtilization();
    const answers = await load;
    const { utilization: loadBusy } = performance.eventLoopUtilization(before);
    const inTime = answers.filter(({ endedAtMs }) => endedAtMs > SETTLE_MS && endedAtMs <= seconds * 1000);
    const aSecond = (status: number): number => withStatus(inTime, status).length / (seconds - SETTLE_MS / 1000);
    return { answers, answered: aSecond(200), refused: aSecond(503), memoryMb: residentMb(server.pid), loadBusy };
  };
  const round = async (): Promise<Round> => {
    const peak = await phase(closedLoop(READERS, seconds, read));
    const failed = withStatus(peak.answers, 0).length;
    if (failed > 0) throw new Error(`${failed} reads had no answer at the peak`);
    const probes = probing(server.url);
    const over = await phase(openLoop(seconds, peak.answered * 3, read));
    return { peak, over, probeMs: await probes() };
  };
  await round(); // Not measured.
  const measured: Round[] = [];
  for (let each = 0; each < rounds; each += 1) measured.push(await round());
  sandbox.faults.clear();
  await server.stop();
  return measured;
}

const mid = (rounds: readonly Round[], of: (one: Round) => number): number => median(rounds.map(of));
const shareOfPeak = (rounds: readonly Round[]): number =>
  mid(rounds, ({ peak, over }) => over.answered / peak.answered);
const answersOver = (rounds: readonly Round[]): readonly Answered[] => rounds.flatMap(({ over }) => over.answers);

const ratesOf = ({ peak, over, probeMs }: Round): object => ({ peak: peak.answered, goodput: over.answered, refused: over.refused, probeMs }); // prettier-ignore

function rowsOf({ what }: Reads, rounds: readonly Round[]): readonly (readonly string[])[] {
  const row = (name: string, share: number, of: (one: Round) => Phase): readonly string[] => {
    const answers = rounds.flatMap((one) => of(one).answers);
    const [answered, refused] = [withStatus(answers, 200), withStatus(answers, 503)];
    const whole = (value: (phase: Phase) => number): string => fixed(mid(rounds, (one) => value(of(one))), 0); // prettier-ignore
    return [
      `${what}: ${name}`,
      whole((phase) => phase.answered),
      fixed(share, 2),
      msOf(answered, 0.5),
      msOf(answered, 0.99),
      whole((phase) => phase.refused),
      msOf(refused, 0.99),
      String(answers.length - answered.length - refused.length),
      whole((phase) => phase.memoryMb),
      `${whole(({ loadBusy }) => loadBusy * 100)} %`,
    ];
  };
  return [row('what it can do', 1, ({ peak }) => peak), row('three times that', shareOfPeak(rounds), ({ over }) => over)]; // prettier-ignore
}

function withStatus(answers: readonly Answered[], status: number): readonly Answered[] {
  return answers.filter((answer) => answer.status === status);
}

function tookMs(answers: readonly Answered[], part: number): number {
  return quantile(Float64Array.from(answers, (answer) => answer.tookMs).sort(), part);
}

/** Empty when there is no answer. */
function msOf(answers: readonly Answered[], part: number): string {
  return answers.length > 0 ? fixed(tookMs(answers, part), 0) : '';
}
