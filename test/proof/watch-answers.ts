import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage } from 'node:http';
import { Clock } from '../../src/config/clock.ts';
import { type RunningTest, runningTest, write } from './seen-answers.ts';

interface Begun {
  readonly test: RunningTest;
  readonly clock: Clock;
  readonly beganAt: number;
  readonly isRead: boolean;
  status: number | null;
  isIncomplete: boolean;
}

const REAL = new Clock();
const clocks = new Map<string, Clock>();
const begun = new WeakMap<object, Begun>();

/** The time of the service at an address is another one than the machine's. */
export function timeOf(url: string, clock: Clock): void {
  clocks.set(new URL(url).host, clock);
}

/**
 * Records what callers see while tests run: every request that a test's own process sends to a route below /v1, and its answer. Requests
 * over a raw socket are not seen.
 */
export function watchAnswers(): void {
  const routes = routesOf(readFileSync('docs/openapi.json', 'utf8'));
  const begin = (request: object, host: string, path: string): void => {
    const [route = ''] = path.split('?');
    const test = runningTest();
    if (!test || !routes.test(route)) return;
    const clock = clocks.get(host) ?? REAL;
    const isRead = /^\/v1\/customer-profiles\b/.test(route);
    begun.set(request, { test, clock, isRead, beganAt: clock.monotonic(), status: null, isIncomplete: false });
  };
  const listeners: Readonly<Record<string, (message: Message) => void>> = {
    'undici:request:create': ({ request }) => {
      const { origin, path } = request as FetchRequest;
      begin(request, new URL(origin).host, path);
    },
    'undici:request:headers': ({ request, response }) => {
      const { statusCode, headers } = response as FetchResponse;
      const words = headers.map(String);
      const complete = words[words.findIndex((word) => /^profile-complete$/i.test(word)) + 1];
      answered(request, statusCode, complete === '?0');
    },
    'undici:request:trailers': ({ request }) => {
      end(request, false);
    },
    'undici:request:error': ({ request, error }) => {
      end(request, /Abort|Timeout/.test(error.name));
    },
    'http.client.request.start': ({ request }) => {
      const { path } = request as ClientRequest;
      begin(request, String((request as ClientRequest).getHeader('host')), path);
    },
    'http.client.response.finish': ({ request, response }) => {
      const { statusCode, headers } = response as IncomingMessage;
      answered(request, statusCode ?? null, headers['profile-complete'] === '?0');
      (response as IncomingMessage).once('close', () => {
        end(request, false);
      });
    },
    'http.client.request.error': ({ request }) => {
      end(request, false);
    },
  };
  for (const [channel, hear] of Object.entries(listeners))
    subscribe(channel, (message) => {
      hear(message as Message);
    });
}

/** Of a channel; a request alone has no response, and only what failed has an error. */
interface Message {
  readonly request: object;
  readonly response: unknown;
  readonly error: Error;
}

interface FetchRequest {
  readonly origin: string;
  readonly path: string;
}

interface FetchResponse {
  readonly statusCode: number;
  readonly headers: readonly Buffer[];
}

/** The paths of the API below /v1, with any values of their parameters. */
function routesOf(description: string): RegExp {
  const { paths } = JSON.parse(description) as { readonly paths: object };
  const below = Object.keys(paths).filter((path) => path.startsWith('/v1/'));
  return new RegExp(`^(?:${below.map((path) => path.replaceAll(/\{\w+\}/g, '[^/]+')).join('|')})$`);
}

function answered(request: object, status: number | null, isIncomplete: boolean): void {
  const own = begun.get(request);
  if (own) Object.assign(own, { status, isIncomplete });
}

function end(request: object, hasLeft: boolean): void {
  const own = begun.get(request);
  if (!own) return;
  begun.delete(request);
  const { test, status, isIncomplete, clock, beganAt, isRead } = own;
  const isAnswered = status !== null && !hasLeft;
  const readMs = isRead && isAnswered ? clock.monotonic() - beganAt : null;
  write({ ...test, status, hasLeft, isIncomplete, readMs });
}
