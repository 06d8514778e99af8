import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A relay that can hold the answers of a server back, and the events. When answers wait, a connection that listens to events goes on, as
 * it asks by itself once a second; so does one that is made meanwhile.
 */
export interface HeldAnswers {
  readonly port: number;
  /** Answers wait from now on. */
  hold(): void;
  /** Events wait from now on. */
  holdEvents(): void;
  /** Whether an answer waits. */
  waiting(): boolean;
  /** What waits goes on its way; later answers wait. */
  release(): void;
  /** Nothing waits any more. */
  pass(): void;
  close(): Promise<void>;
}

export async function startHeldAnswers(farPort: number): Promise<HeldAnswers> {
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  const gate = { isClosed: false, isClosedForEvents: false };
  const server = createServer((near) => {
    const far = connect(farPort, '127.0.0.1');
    sockets.add(near).add(far);
    let listens = false;
    const isLater = gate.isClosed;
    near.on('data', (bytes) => {
      listens ||= /\bsubscribe\b/i.test(bytes.toString('latin1'));
    });
    near.pipe(far);
    far.on('data', (bytes) => {
      const send = (): void => {
        near.write(bytes);
      };
      if (listens ? gate.isClosedForEvents : gate.isClosed && !isLater) held.push(send);
      else send();
    });
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.on('error', () => undefined);
      one.once('close', () => other.destroy());
    } // prettier-ignore
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const release = (): void => {
    for (const send of held.splice(0)) send();
  };
  return {
    port: (server.address() as AddressInfo).port,
    hold: () => {
      gate.isClosed = true;
    },
    holdEvents: () => {
      gate.isClosedForEvents = true;
    },
    waiting: () => held.length > 0,
    release,
    pass: () => {
      gate.isClosed = false;
      gate.isClosedForEvents = false;
      release();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
