import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../connection.ts';
import { threadsCpuMicros } from '../cpu.ts';
import { putCustomers } from '../customers.ts';
import { median, quantile } from '../numbers.ts';
import type { ServerProcess } from '../processes.ts';
import { closeConnections, readAll } from '../reads.ts';
import { type Findings, fixed, type Target } from '../report.ts';
import type { Stage } from '../stage.ts';

const CONNECTIONS = 20;
const WARM_UP_BATCHES = 500;
/** In each start, and so many batches of reads in each round. */
const ROUNDS = 12;
const BATCHES = 60;
/** No further start begins after this; a busy machine gets through fewer. */
const ENOUGH_MS = 4 * 60_000;
/** Longer than ended spans wait for their export. */
const IDLE_MS = 6000;
const SAMPLED = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
const MOST_FOR_SAMPLING = 1.1;
const ENDLESS = { CACHE_LOCAL_SECONDS: '60', CACHE_FRESH_SECONDS: '3600' };
/** The code that traces is not called at all. */
const BYPASSED = ['--import', new URL('../without-traces.ts', import.meta.url).href];
const COMPARED = [
  'traces off',
  'traces off, again',
  'code of traces bypassed',
  '1 % sampled, with a collector',
] as const;
type Name = (typeof COMPARED)[number];

interface Measured {
  readonly server: ServerProcess;
  readonly connections: readonly Connection[];
}

/**
 * Warm reads from the copies in the process: with traces off (twice, to show what differs between equal processes), bypassed and on.
 * The processes share a core and take turns, a batch of reads each, thousands of times: whatever else happens on the machine happens to
 * all of them. They are restarted a few times, as the same program is not equally fast in every process.
 */
export async function traces(stage: Stage): Promise<Findings> {
  const starts = stage.quick ? 2 : 8;
  const endsAt = performance.now() + ENOUGH_MS;
  let started = 0;
  const collector = await startCollector();
  const customers = putCustomers(stage.sandbox, 90, 100);
  const paths = customers.map(({ path }) => path);
  const on = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.01',
  };
  /** CPU of one read in microseconds, of each round. */
  const cpu: Record<Name, number[]> = {
    'traces off': [],
    'traces off, again': [],
    'code of traces bypassed': [],
    '1 % sampled, with a collector': [],
  };
  const sampled = (): Ratio => compare(cpu['1 % sampled, with a collector'], cpu['traces off']);
  const off = (): Ratio => compare(cpu['traces off'], cpu['code of traces bypassed']);
  while (started < starts && performance.now() < endsAt) {
    started += 1;
    const exportsBefore = collector.exports;
    const servers = new Map<Name, ServerProcess>();
    const subjects = new Map<Name, Measured>();
    for (const name of COMPARED) {
      const isOn = name === '1 % sampled, with a collector';
      const options = name === 'code of traces bypassed' ? BYPASSED : [];
      const server = await stage.start('modules', { ...ENDLESS, ...(isOn ? on : {}) }, options);
      await readAll(server.url, customers);
      servers.set(name, server);
    }
    // After all have started: the service closes connections that ask nothing.
    for (const [name, server] of servers) {
      const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => Connection.open(server.url)));
      subjects.set(name, { server, connections });
    }
    // Sampled ones among them, so that what makes spans is compiled, as it is in a process that has run for minutes.
    await takeTurns([...subjects.values()], paths, WARM_UP_BATCHES / 2, SAMPLED);
    await takeTurns([...subjects.values()], paths, WARM_UP_BATCHES / 2);
    // Else the spans of the warm-up would be exported while it measures, many times as many as one read in a hundred makes.
    await collector.idleFor(IDLE_MS);
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = new Map([...subjects].map(([name, { server }]) => [name, threadsCpuMicros(server.pid)]));
      await takeTurns([...subjects.values()], paths, BATCHES);
      for (const [name, { server }] of subjects)
        cpu[name].push((threadsCpuMicros(server.pid) - (before.get(name) ?? NaN)) / BATCHES / CONNECTIONS);
    }
    closeConnections();
    for (const { connections } of subjects.values()) for (const connection of connections) connection.close();
    await Promise.all([...subjects.values()].map(({ server }) => server.stop()));
    if (collector.exports === exportsBefore) throw new Error('the collector got no traces');
    console.error(
      `         start ${started}: 1 % sampled, to traces off, ${said(sampled())}; off, to bypassed, ${said(off())}`,
    );
  }
  collector.close();

  return {
    tables: [
      {
        title: `CPU of a warm read by traces: ${started} starts of ${ROUNDS} rounds, in each ${BATCHES * CONNECTIONS} reads by turns`,
        header: ['what', 'µs, median', 'µs, least', 'to traces off, with the 95 % interval'],
        rows: COMPARED.map((name) => [
          name,
          fixed(median(cpu[name]), 1),
          fixed(Math.min(...cpu[name]), 1),
          name === 'traces off' ? '1' : said(compare(cpu[name], cpu['traces off'])),
        ]),
      },
    ],
    targets: [
      target('warm read with 1 % sampled, to traces off, by CPU', `≤ ${MOST_FOR_SAMPLING.toFixed(2)}`, sampled(), MOST_FOR_SAMPLING),
      target('warm read with traces off, to the code bypassed, by CPU', 'no difference', off(), 1),
    ], // prettier-ignore
    raw: cpu,
  };
}

/** Each in turn has a batch of reads, one on each connection; who begins changes. */
async function takeTurns(
  subjects: readonly Measured[],
  paths: readonly string[],
  batches: number,
  headers = {},
): Promise<void> {
  for (let batch = 0; batch < batches; batch += 1)
    for (let turn = 0; turn < subjects.length; turn += 1) {
      const { connections } = subjects[(batch + turn) % subjects.length] ?? { connections: [] };
      const read = (connection: Connection, index: number): Promise<void> =>
        connection.read(paths[(batch * CONNECTIONS + index) % paths.length] ?? '', headers);
      await Promise.all(connections.map(read));
    }
}

interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The median of the ratios, round by round, and between which of them it lies with a probability of 95 %, by their ranks. */
function compare(one: readonly number[], other: readonly number[]): Ratio {
  const ratios = one.map((value, round) => value / (other[round] ?? NaN)).sort((a, b) => a - b);
  const half = 0.98 / Math.sqrt(ratios.length);
  return { median: median(ratios), low: quantile(ratios, 0.5 - half), high: quantile(ratios, 0.5 + half) };
}

const said = (ratio: Ratio): string => `${fixed(ratio.median, 3)} (${fixed(ratio.low, 3)} to ${fixed(ratio.high, 3)})`;

/** Met when the whole interval is not above what is allowed, or begins not above it where nothing may differ. */
function target(what: string, words: string, ratio: Ratio, most: number): Target {
  return { what, target: words, measured: said(ratio), met: (most === 1 ? ratio.low : ratio.high) <= most };
}

interface Collector {
  readonly url: string;
  /** Requests with spans, so far. */
  readonly exports: number;
  /** Resolves when it has received nothing for so long. */
  idleFor(ms: number): Promise<void>;
  close(): void;
}

/** Takes every export and looks into none. */
async function startCollector(): Promise<Collector> {
  let exports = 0;
  let lastAt = -Infinity;
  const server = createServer((request, answer) => {
    request.resume().once('end', () => {
      exports += 1;
      lastAt = performance.now();
      answer.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    get exports() {
      return exports;
    },
    idleFor: async (ms) => {
      const from = performance.now();
      for (;;) {
        const leftMs = Math.max(from, lastAt) + ms - performance.now();
        if (leftMs <= 0) return;
        await sleep(leftMs);
      }
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
