/**
 * The load, in a process of its own. Argument: a `Load` as JSON. Prints a `LoadResult` as JSON; exits with 1 when one
 * answer was not a 2xx, for then the numbers mean nothing.
 */
import autocannon from 'autocannon';

export interface Load {
  readonly url: string;
  /** Asked in turn by every connection, each beginning at another one. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const { url, paths, headers, connections, seconds } = JSON.parse(process.argv[2] ?? '') as Load;
const requests = paths.map((path) => ({ path }));
let clients = 0;
const {
  requests: made,
  duration,
  latency,
  errors,
  non2xx,
} = await autocannon({
  url,
  connections,
  duration: seconds,
  headers,
  setupClient: (client) => {
    const start = Math.floor((clients++ * requests.length) / connections);
    client.setRequests([...requests.slice(start), ...requests.slice(0, start)]);
  },
});
if (errors + non2xx > 0) {
  console.error(`${url}: ${errors} errors, ${non2xx} answers that were not 2xx`);
  process.exit(1);
}
const result: LoadResult = { requestsPerSecond: made.total / duration, p50Ms: latency.p50, p99Ms: latency.p99 };
console.log(JSON.stringify(result));
