import { KeptAnswers } from './kept-answers.ts';
import { type CallOptions, type ClientOptions } from './options.ts';
import { ProfileProblem } from './problem.ts';
import { type Call, Transport } from './transport.ts';

const DEFAULT_KEPT_ANSWERS = 100;

/**
 * Goes with a condition that comes without `Cache-Control`: fetch would add `no-cache` by itself (Fetch Standard, HTTP-network-or-cache fetch),
 * and the service would ask every source again. This one asks for nothing but the bytes as they are.
 */
const NO_TRANSFORM = 'no-transform';

/** Turns an answer into a value; the API description gives its type. */
type Telling<Told> = (response: Response, value: never) => Told;

/** Makes the requests of all routes that answer in JSON. */
export class Requests {
  readonly transport: Transport;
  private readonly kept: KeptAnswers;

  constructor(options: ClientOptions) {
    this.transport = new Transport(options);
    this.kept = new KeptAnswers(options.keptAnswers ?? DEFAULT_KEPT_ANSWERS);
  }

  /** The value of the answer; undefined when it has none. */
  json(call: Call): Promise<unknown> {
    return this.read(call, (_response, value) => value);
  }

  /** As `json`, with the values that `told` reads from the headers. */
  read<Told>(call: Call, told: Telling<Told>): Promise<Told> {
    return this.transport.call(call, async (response) => told(response, valueOf(await response.text())));
  }

  /** A GET that says which value is there already, and takes that one when it is still right. */
  revalidated<Told>(
    path: string,
    options: CallOptions,
    headers: NonNullable<Call['headers']>,
    told: Telling<Told>,
  ): Promise<Told> {
    const key = `${this.transport.organisationOf(options) ?? ''} ${path}`;
    const kept = this.kept.get(key);
    const cacheControl = headers['cache-control'] ?? (kept && NO_TRANSFORM);
    const call = get(path, options, { ...headers, 'if-none-match': kept?.etag, 'cache-control': cacheControl });
    const answer = this.transport.call(call, async (response) => {
      if (response.status === 304 && kept) return told(response, valueOf(kept.text));
      const text = await response.text();
      const etag = response.headers.get('etag');
      if (etag === null) this.kept.delete(key);
      else this.kept.put(key, { etag, text });
      return told(response, valueOf(text));
    });
    return answer.catch((error: unknown) => {
      if (error instanceof ProfileProblem && error.status === 404) this.kept.delete(key);
      throw error;
    });
  }

  /** Nothing of the paths that begin so is kept any longer. */
  forget(path: string): void {
    this.kept.deleteWith(` ${path}`);
  }
}

export function get(path: string, options: CallOptions, headers: NonNullable<Call['headers']> = {}): Call {
  return { method: 'GET', path, headers, options, repeatable: true };
}

function valueOf(text: string): never {
  return (text === '' ? undefined : JSON.parse(text)) as never;
}
