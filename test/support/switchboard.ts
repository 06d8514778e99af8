import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo } from 'node:net';
import { credentials } from '../../sandbox/credentials.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';

/** The organisations, and the keys under which both upstreams know them. */
export const ORGANISATION_IDS = [credentials.billing.organisation, 'c2d94a67-03be-4f18-8e55-91b7d6a0f3c4'] as const;
const keyOf = (organisation: number): string => `key-of-organisation-${organisation}`;

/** Both upstreams behind one address: each organisation has a sandbox of its own, so that no value of one is one of the other. */
export interface Switchboard {
  readonly url: string;
  readonly sandboxes: readonly [Sandbox, Sandbox];
  /** The content of ORGANISATIONS_FILE. */
  readonly organisations: string;
  close(): Promise<void>;
}

export async function startSwitchboard(): Promise<Switchboard> {
  const sandboxes = await Promise.all([startSandbox(), startSandbox()]);
  const server = createServer((incoming, outgoing) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
    incoming.once('end', () => {
      const said = `${String(incoming.headers['x-api-key'])} ${body}`;
      const at = said.includes(keyOf(1)) ? 1 : 0;
      const isBilling = incoming.url?.startsWith('/customers') ?? false;
      const headers = { ...incoming.headers };
      if (headers['x-api-key'] !== undefined)
        headers['x-api-key'] = isBilling ? credentials.billing.apiKey : credentials.reseller.apiKey;
      if (headers.organisation !== undefined) headers.organisation = credentials.billing.organisation;
      const text = body.replace(keyOf(at), credentials.reseller.apiKey);
      if (text !== '') headers['content-length'] = String(Buffer.byteLength(text));
      const onward = request(
        sandboxes[at].url + (incoming.url ?? ''),
        { method: incoming.method, headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          outgoing.flushHeaders();
          answer.on('data', (bytes: Buffer) => outgoing.write(bytes));
          answer.once('end', () => outgoing.end());
          answer.once('error', () => incoming.socket.resetAndDestroy());
        },
      );
      onward.once('error', () => incoming.socket.resetAndDestroy());
      outgoing.once('close', () => onward.destroy());
      onward.end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const secrets = { resellerClientSecret: credentials.reseller.clientSecret };
  const organisations = ORGANISATION_IDS.map((id, at) => ({
    id,
    resellerApiKey: keyOf(at),
    billingApiKey: keyOf(at),
    ...secrets,
  }));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sandboxes,
    organisations: JSON.stringify({ organisations }),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
    },
  };
}
