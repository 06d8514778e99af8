import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a service and Redis, and counts how often the service asked after it had been answered. */
export interface Relay {
  readonly port: number;
  roundTrips(): number;
  close(): Promise<void>;
}

export async function startRelay(redisPort: number): Promise<Relay> {
  let trips = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connect(redisPort, '127.0.0.1');
    let isAsking = false;
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => undefined); // The other side is ended with it.
      socket.once('close', () => {
        client.destroy();
        redis.destroy();
      });
    }
    client.on('data', (bytes) => {
      // The sign of life of a subscription is no question of a read.
      if (!isAsking && !bytes.toString('latin1').toLowerCase().includes('ping')) trips += 1;
      isAsking = true;
      redis.write(bytes);
    });
    redis.on('data', (bytes) => {
      isAsking = false;
      client.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    roundTrips: () => trips,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
