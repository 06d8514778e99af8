import { CallTime } from './call-time.ts';
import { type ClientClock, systemClock } from './clock.ts';
import { type CallOptions, type ClientOptions } from './options.ts';
import { problemOf } from './problem-answer.ts';

/** One request of the client. */
export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below the base URL, with the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly options: CallOptions;
  /** Making it twice is as good as once: it is made again when the service says when. */
  readonly repeatable: boolean;
}

const DEFAULT_TIMEOUT_MS = 5000;

/** A pause that is asked for is never shorter, so that `Retry-After: 0` is no loop. */
const MIN_PAUSE_MS = 250;

/** Sends requests: credentials, remaining time, repetitions. */
export class Transport {
  readonly clock: ClientClock;
  private readonly client: ClientOptions;
  private readonly fetch: typeof fetch;
  private readonly baseUrl: string;

  constructor(client: ClientOptions) {
    this.client = client;
    this.clock = client.clock ?? systemClock;
    // A browser's fetch must not be called as a method of something else.
    this.fetch = client.fetch ?? ((...args) => fetch(...args));
    this.baseUrl = client.baseUrl.replace(/\/+$/, '');
  }

  organisationOf(options: CallOptions): string | undefined {
    return options.organisation ?? this.client.organisation;
  }

  /**
   * Makes a call and has its answer read while its time runs.
   * @param read reads an answer that is no error, 304 included
   * @throws ProfileProblem, ProfileTimeout, the reason of the caller's signal, or what fetch throws without a connection
   */
  async call<T>(call: Call, read: (response: Response, time: CallTime) => Promise<T>): Promise<T> {
    const time = this.time(call.options);
    try {
      return await read(await this.answer(call, time), time);
    } catch (error) {
      time.signal.throwIfAborted(); // Some fetches throw an error of their own then.
      throw error;
    } finally {
      time.end();
    }
  }

  /** What a call may take. */
  timeoutOf({ timeoutMs }: CallOptions): number {
    return timeoutMs ?? this.client.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  time(options: CallOptions): CallTime {
    return new CallTime(this.clock, this.timeoutOf(options), options.signal);
  }

  /** The first answer that is no error, or that is not to be asked for again. */
  async answer(call: Call, time: CallTime): Promise<Response> {
    for (;;) {
      const response = await this.send(call, time);
      if (response.ok || response.status === 304) return response;
      const problem = await problemOf(response, this.clock);
      const pauseMs = Math.max(MIN_PAUSE_MS, problem.retryAfterMs ?? Infinity);
      const isAskedAgain = call.repeatable && (problem.status === 429 || problem.status === 503);
      if (!isAskedAgain || pauseMs >= time.remainingMs) throw problem;
      await time.sleep(pauseMs);
    }
  }

  private async send({ method, path, headers = {}, body, options }: Call, time: CallTime): Promise<Response> {
    time.signal.throwIfAborted();
    const { apiKey, token } = this.client;
    const bearer = typeof token === 'function' ? await time.within(token()) : token;
    const all = {
      ...headers,
      organisation: this.organisationOf(options),
      'x-api-key': apiKey,
      authorization: bearer === undefined ? undefined : `Bearer ${bearer}`,
      'x-request-id': options.requestId,
      'x-request-timeout-ms': String(time.forTheServiceMs),
    };
    const sent = Object.fromEntries(
      Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined),
    );
    return this.fetch(`${this.baseUrl}${path}`, {
      method,
      headers: sent,
      signal: time.signal,
      redirect: 'error', // The key would go along.
      ...(body === undefined ? {} : { body }),
    });
  }
}
