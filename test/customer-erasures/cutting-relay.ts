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

const MARKER = 'the-relay-cuts-here';

/** What follows the last whole command, each an array of bulk strings. */
function afterWholeCommands(sent: string): string {
  let end = 0;
  for (let at = 0; ;) {
    const [head, count] = /^\*(\d+)\r\n/.exec(sent.slice(at, at + 20)) ?? [];
    if (head === undefined) return sent.slice(end);
    at += head.length;
    for (let left = Number(count); left > 0; left -= 1) {
      const [length, size] = /^\$(\d+)\r\n/.exec(sent.slice(at, at + 20)) ?? [];
      if (length === undefined) return sent.slice(end);
      at += length.length + Number(size) + 2;
    }
    if (at > sent.length) return sent.slice(end);
    end = at;
  }
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
    let unfinished = '';
    let isLast = false;
    near.on('data', (bytes) => {
      const sent = bytes.toString('latin1');
      isLast ||= text !== '' && sent.includes(text);
      unfinished = afterWholeCommands(unfinished + sent);
      far.write(bytes);
      // Answers of earlier commands may still come. Redis answers in order: after this one it has run what was sent before.
      if (isLast && unfinished === '') far.write(`*2\r\n$4\r\nECHO\r\n$${MARKER.length}\r\n${MARKER}\r\n`);
    });
    far.on('data', (bytes) => {
      const answered = bytes.toString('latin1');
      if (answered.includes(MARKER) || (answerText !== '' && answered.includes(answerText))) end();
      else if (!isLast) near.write(bytes);
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
