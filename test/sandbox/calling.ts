import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { credentials } from '../../sandbox/credentials.ts';
import type { Sandbox } from '../../sandbox/server.ts';

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => unknown;
}

export interface Sending {
  readonly method?: string;
  /** undefined: not sent. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** Sends to the path exactly as written, on a socket of its own. @throws the socket's error when there is no answer */
export function open(sandbox: Sandbox, path: string, sending: Sending = {}): Promise<IncomingMessage> {
  const { hostname, port } = new URL(sandbox.url);
  const headers = Object.fromEntries(
    Object.entries(sending.headers ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const signal = sending.signal ? { signal: sending.signal } : {};
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method: sending.method ?? 'GET', headers, agent: false, ...signal })
      .once('response', resolve)
      .once('error', reject)
      .end(sending.body);
  });
}

export async function send(sandbox: Sandbox, path: string, sending: Sending = {}): Promise<Received> {
  const response = await open(sandbox, path, sending);
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) as unknown };
}

/** What arrived of a body that was never completed, and the error that ended it. */
export async function readUntilError(response: IncomingMessage): Promise<{ text: string; error: Error }> {
  let text = '';
  const error = await new Promise<Error>((resolve) => {
    response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8'))).once('error', resolve);
  });
  return { text, error };
}

type Changes = Readonly<Record<string, string | undefined>>;

export function resellerHeaders(changes: Changes = {}): Changes {
  return {
    'X-Api-Key': credentials.reseller.apiKey,
    Authorization: `Bearer ${credentials.reseller.accessToken}`,
    Accept: 'application/json',
    'Content-Type': 'application/json',
    'X-Correlation-Id': randomUUID(),
    'X-Request-Id': randomUUID(),
    ...changes,
  };
}

export function billingHeaders(changes: Changes = {}): Changes {
  return { 'x-api-key': credentials.billing.apiKey, organisation: credentials.billing.organisation, ...changes };
}

export function readCustomer(sandbox: Sandbox, customerId: string, changes: Changes = {}): Promise<Received> {
  return send(sandbox, `/v3/customers/${encodeURIComponent(customerId)}`, { headers: resellerHeaders(changes) });
}

export function readConnector(
  sandbox: Sandbox,
  billingCustomerId: string,
  connector: string,
  changes: Changes = {},
): Promise<Received> {
  return send(sandbox, `/customers/${billingCustomerId}/connector/${connector}`, { headers: billingHeaders(changes) });
}

export const validGrant = {
  grant_type: 'client_credentials',
  client_id: credentials.reseller.apiKey,
  client_secret: credentials.reseller.clientSecret,
  scope: credentials.reseller.scope,
} as const;

export function requestToken(sandbox: Sandbox, form: Readonly<Record<string, string>> = validGrant): Promise<Received> {
  return send(sandbox, '/ims/token/v3', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
}
