import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A forward proxy on this machine: asks for http, and tunnels after CONNECT. */
export interface ForwardProxy {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** The request lines it received, such as `GET http://127.0.0.1:4010/v3/customers/1` or `CONNECT localhost:4010`. */
  readonly asked: readonly string[];
  /** The `Proxy-Authorization` of each of these. */
  readonly credentials: readonly (string | undefined)[];
  /** Connections accepted so far, and those open. */
  readonly counts: Readonly<{ accepted: number; open: number }>;
  /** `refuse`: each CONNECT is answered 407. `silent`: none is answered. */
  tunnels: 'open' | 'refuse' | 'silent';
  close(): Promise<void>;
}

export async function startForwardProxy(): Promise<ForwardProxy> {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const counts = { accepted: 0, open: 0 };
  const state = { tunnels: 'open' as ForwardProxy['tunnels'] };
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    credentials.push(incoming.headers['proxy-authorization']);
    const headers = { ...incoming.headers };
    for (const own of ['proxy-authorization', 'proxy-connection']) Reflect.deleteProperty(headers, own);
    const onward = request(incoming.url ?? '', { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on('connection', (socket) => {
    counts.accepted += 1;
    counts.open += 1;
    sockets.add(socket);
    socket.once('close', () => {
      counts.open -= 1;
      sockets.delete(socket);
    });
  });
  server.on('connect', ({ url = '', headers }, near) => {
    asked.push(`CONNECT ${url}`);
    credentials.push(headers['proxy-authorization']);
    near.on('error', () => undefined);
    // A server's connections are half open: what the other side ends must be ended here, too.
    near.resume().once('end', () => near.end());
    if (state.tunnels === 'silent') return;
    if (state.tunnels === 'refuse') {
      near.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${url}`);
    const far = connect(Number(port), hostname, () => {
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    far.on('error', () => near.destroy());
    near.once('close', () => far.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    credentials,
    counts,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  });
}
