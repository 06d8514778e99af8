import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { callerHeaders } from './stage.ts';

const END_OF_HEADERS = '\r\n\r\n';

/** A connection that is kept open for reads, one after the other, at the least cost to the core of the load. */
export class Connection {
  private readonly socket: Socket;
  private readonly host: string;
  private answer: Buffer = Buffer.alloc(0);
  private waiting: PromiseWithResolvers<void> | null = null;

  private constructor(socket: Socket, host: string) {
    this.socket = socket;
    this.host = host;
    socket.on('data', (bytes) => {
      this.take(bytes);
    });
    socket.on('error', (error) => this.waiting?.reject(error));
    socket.on('close', () => this.waiting?.reject(new Error(`${host} closed the connection`)));
  }

  static async open(url: string): Promise<Connection> {
    const { hostname, port, host } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket, host);
  }

  /** @throws Error when the answer is not a 200 with a Content-Length */
  read(path: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
    const headers = Object.entries({ host: this.host, ...callerHeaders, ...more }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    this.waiting = Promise.withResolvers();
    if (this.socket.destroyed || this.socket.readableEnded)
      this.waiting.reject(new Error(`${this.host} closed the connection`));
    this.socket.write(`GET ${path} HTTP/1.1\r\n${headers.join('')}\r\n`);
    return this.waiting.promise;
  }

  close(): void {
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    this.answer = this.answer.length === 0 ? bytes : Buffer.concat([this.answer, bytes]);
    const end = this.answer.indexOf(END_OF_HEADERS);
    if (end === -1) return;
    const head = this.answer.toString('latin1', 0, end);
    const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? [];
    if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) {
      this.waiting?.reject(new Error(`${this.host} answered ${head}`));
      return;
    }
    if (this.answer.length < end + END_OF_HEADERS.length + Number(length)) return;
    this.answer = Buffer.alloc(0);
    this.waiting?.resolve();
  }
}
