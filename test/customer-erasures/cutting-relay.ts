import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A relay before Redis that a process may be cut off by, for ever, as by a crash of it. */
export interface CuttingRelay {
  readonly url: string;
  /** When Redis has answered the next command that holds the text, all connections end; the answer does not come through. */
  cutAfter(text: string): void;
  /** As that, when an answer of Redis holds the text. */
  cutAtAnswer(text: string): void;
  /** All connections end now. */
  cutNow(): void;
  /** Resolves when it has cut. */
  readonly cut: Promise<void>;
  close(): Promise<void>;
}

export async function startCuttingRelay(farPort: number): Promise<CuttingRelay> {
  const sockets = new Set<Socket>();
  const cut = Promise.withResolvers<undefined>();
  let text = '';
  let answerText = '';
  let isCut = false;
  const end = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
    cut.resolve(undefined);
  };
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(farPort, '127.0.0.1');
    sockets.add(near).add(far);
    let isLast = false;
    near.on('data', (bytes) => {
      isLast ||= text !== '' && bytes.toString('latin1').includes(text);
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (isLast || (answerText !== '' && bytes.toString('latin1').includes(answerText))) end();
      else near.write(bytes);
    });
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.on('error', () => undefined);
      one.once('close', () => other.destroy());
    } // prettier-ignore
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAfter: (wanted) => {
      text = wanted;
    },
    cutNow: end,
    cutAtAnswer: (wanted) => {
      answerText = wanted;
    },
    cut: cut.promise,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
