import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { findRedisServer } from '../../sandbox/redis/local-redis.ts';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { RedisConnection } from '../../src/redis/redis-connection.ts';
import { RedisMetrics } from '../../src/redis/redis-metrics.ts';
import { RedisSubscription } from '../../src/redis/redis-subscription.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Variables } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';

/** The Redis parts of a service alone, without the rest of it. */
export interface RedisParts {
  readonly clock: TestClock;
  readonly connection: RedisConnection;
  readonly subscription: RedisSubscription;
  readonly metrics: Metrics;
  /** Names of the events logged so far. */
  readonly events: readonly string[];
  /** Begins to listen, as the start of a service does. */
  start(): void;
  close(): void;
}

/** Resolves when Redis is connected; the clock stands still then. */
export async function redisParts(variables: Variables): Promise<RedisParts> {
  const parts = openParts(variables);
  await eventually('Redis is connected', () => parts.connection.isReady);
  parts.clock.stop();
  return parts;
}

/** The same at once, for a Redis that cannot be used. */
export function openParts(variables: Variables): RedisParts {
  const config = new Config(readEnv(sandboxVariables('http://127.0.0.1:1', variables)));
  const events: string[] = [];
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trim().split('\n'))
        events.push(String((JSON.parse(line) as { event?: string }).event));
      done();
    },
  });
  const clock = new TestClock();
  const log = createLogger('debug', clock, lines);
  const metrics = new Metrics();
  const redisMetrics = new RedisMetrics(metrics);
  const connection = new RedisConnection(config, clock, log, redisMetrics);
  const subscription = new RedisSubscription(config, clock, connection, log, redisMetrics);
  return {
    clock,
    connection,
    subscription,
    metrics,
    events,
    start: () => {
      subscription.onApplicationBootstrap();
    },
    close: () => {
      subscription.onApplicationShutdown();
      connection.onApplicationShutdown();
      metrics.onApplicationShutdown();
    },
  };
}

/** A relay whose connections, those that are open too, can silently stop to carry anything. It counts round trips. */
export interface Relay {
  readonly port: number;
  /** Connections that are open now or are opened later carry nothing any more until `flow`. */
  hold(): void;
  /** What is opened from now on carries again; what was held stays dead. */
  flow(): void;
  /** How often the near side asked after it had been answered; the sign of life of a subscription is no question. */
  roundTrips(): number;
  close(): Promise<void>;
}

export async function startRelay(farPort: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let held = false;
  const dead = new Set<Socket>();
  let trips = 0;
  const server = createServer((near) => {
    const far = connect(farPort, '127.0.0.1');
    if (held) dead.add(near);
    sockets.add(near).add(far);
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (bytes) => {
        if (!dead.has(near)) to.write(bytes);
      });
      from.on('error', () => undefined);
      from.once('close', () => to.destroy());
    };
    pass(near, far);
    pass(far, near);
    let isAsking = false;
    near.on('data', (bytes) => {
      if (!isAsking && !bytes.toString('latin1').toLowerCase().includes('ping')) trips += 1;
      isAsking = true;
    });
    far.on('data', () => {
      isAsking = false;
    });
    near.once('close', () => sockets.delete(near) && sockets.delete(far));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hold: () => {
      held = true;
      for (const socket of sockets) dead.add(socket);
    },
    flow: () => {
      held = false;
    },
    roundTrips: () => trips,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What is added to the title of a suite that needs the binary and is skipped without it. */
export const withoutBinary: string | null =
  findRedisServer() === null ? ' (skipped: there is no redis-server on this machine)' : null;
