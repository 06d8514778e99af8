import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A connection of a process, and what it has said that Redis has not been told yet. */
interface Connection {
  readonly near: Socket;
  readonly far: Socket;
  readonly late: Buffer[];
  subscribes: boolean;
}

/** The way of one process to Redis, for what a network does to it. */
export class RedisRelay {
  private readonly connections = new Set<Connection>();
  private isLate = false;
  private isDeaf = false;
  /** Where it listens. */
  port = 0;
  private readonly server: Server;
  private readonly farPort: number;

  private constructor(farPort: number) {
    this.farPort = farPort;
    this.server = createServer((near) => {
      this.join(near);
    });
  }

  /** @param port where to listen; 0: any free port */
  static async open(farPort: number, port = 0): Promise<RedisRelay> {
    const relay = new RedisRelay(farPort);
    relay.server.listen(port, '127.0.0.1');
    await once(relay.server, 'listening');
    relay.port = (relay.server.address() as AddressInfo).port;
    return relay;
  }

  /** What the process says from now on stays on the way, also when the process gives up. */
  delay(): void {
    this.isLate = true;
  }

  /** The process hears nothing of others: its connections that subscribe end, and those that it makes from now on. */
  deafen(): void {
    this.isDeaf = true;
    for (const { near, subscribes } of this.connections) if (subscribes) near.destroy();
  }

  /** All goes its way again; what is on it arrives first. */
  recover(): void {
    this.isLate = false;
    this.isDeaf = false;
    for (const connection of this.connections) this.pass(connection);
  }

  /** Destroys every connection; nothing listens any more. */
  async close(): Promise<void> {
    this.server.close();
    for (const { near, far } of this.connections) {
      near.destroy();
      far.destroy();
    }
    await once(this.server, 'close');
  }

  private join(near: Socket): void {
    const far = connect(this.farPort, '127.0.0.1');
    const connection: Connection = { near, far, late: [], subscribes: false };
    this.connections.add(connection);
    near.on('error', () => undefined); // It may be given up in the middle.
    far.on('error', () => near.destroy());
    near.on('data', (bytes: Buffer) => {
      connection.subscribes ||= bytes.includes('\r\nsubscribe\r\n');
      if (this.isDeaf && connection.subscribes) near.destroy();
      else connection.late.push(bytes);
      this.pass(connection);
    });
    far.on('data', (bytes: Buffer) => near.write(bytes));
    near.once('close', () => {
      this.pass(connection);
    });
    far.once('close', () => {
      near.destroy();
      this.connections.delete(connection);
    });
  }

  /** What was said before the end of a connection arrives, too. */
  private pass({ near, far, late }: Connection): void {
    if (this.isLate) return;
    for (const bytes of late.splice(0)) far.write(bytes);
    if (near.destroyed) far.end();
  }
}
