import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { billingApi, type BillingList } from './billing/billing-api.ts';
import { control } from './control-api.ts';
import { CustomerRegister } from './customers/customer-register.ts';
import { exchange } from './exchange.ts';
import { Faults } from './faults/faults.ts';
import { AnsweredCalls } from './reseller/answered-calls.ts';
import { resellerApi } from './reseller/reseller-api.ts';
import { tokenApi } from './reseller/token-api.ts';
import { Tokens } from './reseller/tokens.ts';
import { Traffic } from './traffic.ts';

export interface SandboxOptions {
  /** 0, the default: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 86399, as the issuer's. */
  readonly tokenLifetimeSeconds?: number;
  /** Milliseconds since 1970; the clock of tokens and stored answers. Default `Date.now`. */
  readonly now?: () => number;
  /** The key of the list of billing customers, `data` by default. */
  readonly billingListKey?: BillingList['key'];
}

export interface Sandbox {
  /** `http://host:port`: base URL of both APIs; tokens are at `/ims/token/v3`, the control routes below `/_sandbox`. */
  readonly url: string;
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly tokens: Tokens;
  readonly customers: CustomerRegister;
  /** Its `key` may be changed at any time. */
  readonly billingList: BillingList;
  /** Destroys every open socket, hanging ones too; resolves when all is closed. */
  close(): Promise<void>;
}

/**
 * Both upstream APIs and the token endpoint as one strict local server, for the demo, the tests and the benchmarks.
 * @throws Error of `node:net` when the port cannot be had (`EADDRINUSE`, `EACCES`)
 * @see upstreams: the reseller customers API, its token service, the billing connectors API
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', tokenLifetimeSeconds = 86_399, now = Date.now } = options;
  const faults = new Faults();
  const traffic = new Traffic();
  const tokens = new Tokens(tokenLifetimeSeconds, now);
  const customers = new CustomerRegister();
  const billingList: BillingList = { key: options.billingListKey ?? 'data' };
  const controlled = { faults, traffic, tokens, customers, billingList };

  const reseller = resellerApi(customers, tokens, new AnsweredCalls(now));
  const billing = billingApi(customers, billingList);
  const token = tokenApi(tokens);
  const parts = {
    apiFor: (path: string) => {
      if (path.startsWith('/ims/')) return token;
      return path === '/customers' || path.startsWith('/customers/') ? billing : reseller;
    },
    control: control.bind(undefined, controlled),
    faults,
    traffic,
  };

  const server = createServer((request, response) => void exchange(parts, request, response));
  server.on('connection', (socket) => {
    traffic.connectionOpened();
    socket.once('close', () => {
      traffic.connectionClosed();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    ...controlled,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
