import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How bytes go through, for connections opened from now on; `afterBytes` counts those of the answer. */
export type Passage =
  | { readonly kind: 'forward' }
  /** The answer a byte at a time. */
  | { readonly kind: 'drip'; readonly intervalMs: number }
  /** The answer ends (FIN) after this many bytes. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The connection is reset (RST) after this many bytes of the answer; with 0, as the request arrives. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** Accepted, and nothing is ever forwarded. */
  | { readonly kind: 'black-hole' }
  /** Each connection carries one exchange; later requests on it meet a reset. */
  | { readonly kind: 'reset-on-reuse' }
  /** Each connection is ended (FIN) this long after an answer. */
  | { readonly kind: 'end-when-idle'; readonly idleMs: () => number };

/** A TCP relay in front of a port of this machine, for what a server cannot do to its own connections. */
export interface TcpProxy {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  passage: Passage;
  readonly counts: Readonly<{ accepted: number; open: number; reused: number; bytesIn: number; bytesOut: number }>;
  /** Destroys every connection; nothing listens any more. */
  close(): Promise<void>;
}

/** @param port where to listen; 0, the default: any free port */
export async function startTcpProxy(farPort: number, port = 0): Promise<TcpProxy> {
  const counts = { accepted: 0, open: 0, reused: 0, bytesIn: 0, bytesOut: 0 };
  const sockets = new Set<Socket>();
  const proxy = { passage: { kind: 'forward' } as Passage };
  const server = createServer((near) => {
    counts.accepted += 1;
    counts.open += 1;
    sockets.add(near);
    near.on('error', () => undefined); // A caller may leave in the middle.
    near.once('close', () => {
      counts.open -= 1;
      sockets.delete(near);
    });
    relay(near, farPort, proxy.passage, counts);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${address.port}`,
    counts,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  });
}

function relay(near: Socket, farPort: number, passage: Passage, counts: Record<string, number>): void {
  if (passage.kind === 'black-hole') {
    near.resume();
    return;
  }
  const far = connect(farPort, '127.0.0.1');
  far.on('error', () => near.destroy());
  near.once('close', () => far.destroy());
  let answeredBytes = 0;

  near.on('data', (bytes: Buffer) => {
    counts.bytesIn = (counts.bytesIn ?? 0) + bytes.length;
    if (answeredBytes > 0) counts.reused = (counts.reused ?? 0) + 1;
    if ((passage.kind === 'reset' && passage.afterBytes === 0) || (passage.kind === 'reset-on-reuse' && answeredBytes))
      near.resetAndDestroy();
    else far.write(bytes);
  });

  const answer = async (bytes: Buffer): Promise<void> => {
    const limit = passage.kind === 'cut' || passage.kind === 'reset' ? passage.afterBytes : Infinity;
    const allowed = bytes.subarray(0, limit - answeredBytes);
    answeredBytes += allowed.length;
    counts.bytesOut = (counts.bytesOut ?? 0) + allowed.length;
    for (const piece of passage.kind === 'drip' ? pieces(allowed) : [allowed]) {
      if (near.destroyed) return;
      await new Promise((sent) => near.write(piece, sent));
      if (passage.kind === 'drip') await sleep(passage.intervalMs);
    }
    if (passage.kind === 'end-when-idle') setTimeout(() => near.end(), passage.idleMs());
    if (answeredBytes < limit) return;
    if (passage.kind === 'cut') near.end();
    else near.resetAndDestroy();
  };
  let before = Promise.resolve();
  far.on('data', (bytes: Buffer) => {
    before = before.then(() => answer(bytes));
  });
  far.once('end', () => {
    void before.then(() => near.end());
  });
}

function pieces(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (byte) => Buffer.of(byte));
}
