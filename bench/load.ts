/**
 * The load, in a process of its own. Argument: a `Load` as JSON. Prints a `LoadResult` as JSON; exits with 1 when one
 * answer was not a 2xx, for then the numbers mean nothing.
 */
import autocannon from 'autocannon';
import { coreBusyMs, processCpuMs } from './cpu.ts';
import { quantile } from './numbers.ts';

export interface Load {
  readonly url: string;
  /** Asked in turn by every connection, each beginning at another one. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** JSON texts that are sent to the first path, as the paths are asked; absent: they are read. */
  readonly bodies?: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Of all connections together; absent: as many as are answered. */
  readonly requestsPerSecond?: number;
  /** The process that answers. */
  readonly serverPid: number;
  /** Where the server is pinned to. */
  readonly serverCore: number;
  /** Where this process is. */
  readonly loadCore: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the server, system calls included: the figure that other work on the machine disturbs least. */
  readonly serverCpuMicrosPerRequest: number;
  /** How much of one core the server used. */
  readonly serverShare: number;
  /** How much of the server's core others used: what disturbed it. */
  readonly othersShare: number;
  /** How much of one core this process used. */
  readonly generatorShare: number;
  /** How busy the load's core was with all that runs there. */
  readonly loadCoreShare: number;
}

const load = JSON.parse(process.argv[2] ?? '') as Load;
const { url, paths, bodies, headers, connections, seconds, serverPid, requestsPerSecond } = load;
const requests =
  bodies?.map((body) => ({ method: 'POST' as const, path: paths[0] ?? '/', body })) ?? paths.map((path) => ({ path }));
const times: number[] = [];
let clients = 0;

const readings = (): readonly number[] => [
  performance.now(),
  processCpuMs(serverPid),
  process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
  coreBusyMs(load.loadCore),
  coreBusyMs(load.serverCore),
];
const before = readings();
const result = await autocannon({
  url,
  connections,
  duration: seconds,
  ...(requestsPerSecond === undefined ? {} : { overallRate: requestsPerSecond }),
  headers,
  setupClient: (client) => {
    const start = Math.floor((clients++ * requests.length) / connections);
    client.setRequests([...requests.slice(start), ...requests.slice(0, start)]);
    client.on('response', (_status, _bytes, responseMs) => times.push(responseMs));
  },
});
const [elapsedMs = NaN, serverMs = NaN, generatorMs = NaN, loadCoreMs = NaN, serverCoreMs = NaN] = readings().map(
  (value, index) => value - (before[index] ?? NaN),
);
if (result.errors + result.non2xx > 0) {
  console.error(`${url}: ${result.errors} errors, ${result.non2xx} answers that were not 2xx`);
  process.exit(1);
}
const sorted = Float64Array.from(times).sort();
const printed: LoadResult = {
  requestsPerSecond: (times.length / elapsedMs) * 1000,
  p50Ms: quantile(sorted, 0.5),
  p99Ms: quantile(sorted, 0.99),
  serverCpuMicrosPerRequest: (serverMs * 1000) / times.length,
  serverShare: serverMs / elapsedMs,
  othersShare: Math.max(0, serverCoreMs - serverMs) / elapsedMs,
  generatorShare: generatorMs / elapsedMs,
  loadCoreShare: loadCoreMs / elapsedMs,
};
console.log(JSON.stringify(printed));
