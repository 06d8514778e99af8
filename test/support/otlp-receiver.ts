import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** A span as a collector is sent it in OTLP's JSON, with plain attributes. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly isError: boolean;
}

/** A collector that takes traces by OTLP over HTTP. */
export interface OtlpReceiver {
  readonly url: string;
  /** `hang`: it takes a request and does not answer. A status: it answers with that. */
  answer: 'hang' | number;
  /** Every request so far, with its body unpacked. */
  readonly exports: readonly { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer }[];
  /** What was said of the process, of the exports in JSON. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** The spans of the exports in JSON. */
  readonly spans: readonly ReceivedSpan[];
  /** Everything that was exported, as text; of JSON without random ids and times, whose digits may be anything. */
  readonly text: string;
  /** Resolves when that many requests have come. */
  received(count: number): Promise<void>;
  clear(): void;
  close(): Promise<void>;
}

interface Value {
  readonly arrayValue?: { readonly values: readonly Value[] };
  readonly [kind: string]: unknown;
}
type Pairs = readonly { readonly key: string; readonly value: Value }[];
interface Body {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Pairs };
    readonly scopeSpans: readonly { readonly spans: readonly JsonSpan[] }[];
  }[];
}
type JsonSpan = Omit<ReceivedSpan, 'attributes' | 'links' | 'isError'> & {
  readonly attributes?: Pairs;
  readonly links?: ReceivedSpan['links'];
  readonly status?: { readonly code?: number };
};
const ERROR = 2;
const RANDOM = /"(?:traceId|spanId|parentSpanId|startTimeUnixNano|endTimeUnixNano)":"[\da-f]*"/g;

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  let exports: { path: string; headers: IncomingHttpHeaders; body: Buffer }[] = [];
  let waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((sent) => {
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      exports.push({ path: request.url ?? '', headers: request.headers, body });
      if (receiver.answer !== 'hang')
        response.writeHead(receiver.answer, { 'content-type': 'application/json' }).end('{}');
      const told = waiting;
      waiting = [];
      for (const tell of told) tell();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bodies = (): readonly Body[] => exports.map(({ body }) => JSON.parse(body.toString()) as Body);
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: 200,
    get exports() {
      return exports;
    },
    get resource() {
      return plain(bodies()[0]?.resourceSpans[0]?.resource.attributes);
    },
    get spans() {
      return bodies()
        .flatMap(({ resourceSpans }) => resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ spans }) => spans)
        .map(({ attributes, links = [], status, ...span }) => ({
          ...span,
          attributes: plain(attributes),
          links,
          isError: status?.code === ERROR,
        }));
    },
    get text() {
      return exports.map(({ body }) => body.toString().replace(RANDOM, '')).join('\n');
    },
    received: async (count) => {
      while (exports.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    clear: () => {
      exports = [];
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

function plain(pairs: Pairs = []): Readonly<Record<string, unknown>> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: Value): unknown {
  return value.arrayValue ? value.arrayValue.values.map(plainValue) : Object.values(value)[0];
}
