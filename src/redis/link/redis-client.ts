import { Cluster, type Command, Redis, type RedisOptions } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { type Clock } from '../../config/clock.ts';
import { type RedisAddress } from '../../config/redis-address.ts';
import { type RedisConfig } from '../../config/redis-config.ts';
import { SERVICE_NAME } from '../../config/service-name.ts';
import { RedisUnavailable, unlessRefused } from '../redis-errors.ts';
import { type Destination } from '../sent-commands.ts';
import { handshakeRefusal, watchHandshake } from './redis-handshake.ts';
import { tlsOptions } from './redis-tls.ts';
import { ignoreLateTlsErrors } from './tls-errors.ts';

/** A connection to a cluster or to one server, which Sentinel may have named. */
export type RedisClient = Redis | Cluster;

/** `replyMapping` is only for RESP3, and its type would get in the way here. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const CONNECT_TIMEOUT_MS = 500;
const MAX_RECONNECT_DELAY_MS = 1000;
const PRIMARY_SEARCH_INTERVAL_MS = 5000;
const SLOTS_REFRESH_INTERVAL_MS = 5000;

/**
 * Opens the connection for commands. It reconnects by itself and never queues a command for later.
 * @param mode whether the address belongs to a cluster
 * @param delayMs returns how long to wait before an attempt
 */
export function openClient(
  config: RedisConfig,
  mode: RedisAddress['mode'],
  clock: Clock,
  delayMs: () => number,
): RedisClient {
  const { address, timeoutMs } = config;
  if (address.tls) ignoreLateTlsErrors();
  const options: Options = {
    ...commonOptions(config),
    // It bounds the handshake. `RedisConnection` bounds the commands.
    socketTimeout: Math.max(1000, 2 * timeoutMs),
  };
  if (mode === 'cluster') return openCluster(config, options, delayMs);
  const redis = new Redis({
    ...options,
    ...placeOptions(config),
    enableOfflineQueue: false,
    reconnectOnError: reconnectToPrimary(clock),
    retryStrategy: delayMs,
    sentinelRetryStrategy: delayMs,
  });
  watchHandshake(redis);
  return redis;
}

/**
 * A connection to one server. It is not opened yet, and is not reopened when it is lost. The caller bounds its commands.
 * @param client knows the nodes of a cluster, from which it chooses a connected one
 * @returns null when the client knows no node of the cluster
 */
export function singleConnection(config: RedisConfig, client: RedisClient, name: string): Redis | null {
  const place = client instanceof Cluster ? placeOfOneNode(client) : placeOptions(config);
  if (!place) return null;
  const redis = new Redis({
    ...commonOptions(config),
    ...place,
    connectionName: `${SERVICE_NAME}-${name}`,
    autoResubscribe: false,
    lazyConnect: true,
    retryStrategy: null,
    sentinelRetryStrategy: () => null,
  });
  watchHandshake(redis);
  return redis;
}

/**
 * Opens the connection, and checks with a PING that the server is a Redis: an odd answer to SUBSCRIBE makes the client
 * throw an error that nobody can catch.
 * @throws RedisUnavailable, or an error of the client, when it cannot be opened
 */
export async function connectToRedis(redis: Redis): Promise<void> {
  await redis.connect();
  if (handshakeRefusal(redis)) throw new RedisUnavailable('the server refuses the connection');
  const question = randomUUID();
  // PING may not be permitted.
  const answer = await unlessRefused(redis.ping(question), question);
  if (answer !== question) throw new RedisUnavailable('the server is not Redis');
}

/** Closes the connection. On a closed connection the client would set a timer that nothing clears. */
export function disconnect(redis: RedisClient): void {
  if (redis.status !== 'end') redis.disconnect();
}

/**
 * Sends the commands of one turn of the event loop together: under load, one system call for many. The client's own
 * pipelining does so too, but costs more than it saves.
 */
export function batchWrites(): (client: RedisClient) => void {
  let isHeld = false;
  return (client) => {
    if (isHeld || client instanceof Cluster) return;
    const { stream } = client;
    isHeld = true;
    stream.cork();
    setImmediate(() => {
      isHeld = false;
      stream.uncork();
    });
  };
}

/**
 * Calls `refuse` with each command that the client gets, and the node of a pipeline. The client rejects a command with the
 * error that `refuse` returns, and does not send it.
 */
export function onCommand(
  client: RedisClient,
  refuse: (command: Command, destination?: Destination) => Error | null,
): void {
  type Send = (command: Command, stream?: unknown, destination?: Destination) => unknown;
  const sending = client as unknown as { sendCommand: Send };
  const send = sending.sendCommand.bind(client);
  sending.sendCommand = (command, stream, destination) => {
    const refusal = refuse(command, destination);
    if (!refusal) return send(command, stream, destination);
    command.reject(refusal);
    return command.promise;
  };
}

/** Milliseconds to wait before an attempt, with jitter so that processes do not reconnect all at once. */
export function reconnectDelayMs(attempt: number): number {
  return Math.random() * Math.min(MAX_RECONNECT_DELAY_MS, 50 * attempt);
}

/**
 * RESP2, because nothing here needs RESP3, which costs a tenth of the throughput. No ready check: it would give up a server
 * without INFO, and a server that is loading says so to every command.
 */
function commonOptions(config: RedisConfig): Options {
  const { address, keyPrefix } = config;
  const { username, password } = address;
  return {
    protocol: 2,
    keyPrefix,
    connectionName: SERVICE_NAME,
    disableClientInfo: true,
    enableReadyCheck: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(address.tls ? { tls: tlsOptions(config) } : {}),
  };
}

function placeOptions(config: RedisConfig): Options {
  const { address, timeoutMs, sentinelPassword } = config;
  const { hosts, db, primaryName } = address;
  if (primaryName === null) return { ...hosts[0], db };
  return {
    sentinels: [...hosts],
    name: primaryName,
    db,
    sentinelCommandTimeout: Math.max(CONNECT_TIMEOUT_MS, timeoutMs),
    ...(sentinelPassword === null ? {} : { sentinelPassword }),
    ...(address.tls ? { enableTLSForSentinelMode: true, sentinelTLS: tlsOptions(config) } : {}),
  };
}

function placeOfOneNode(cluster: Cluster): Options | null {
  const primaries = cluster.nodes('master');
  // The client connects to a node only when a command needs it.
  const ready = primaries.filter(({ status }) => status === 'ready');
  const candidates = ready.length > 0 ? ready : primaries;
  const node = candidates[Math.floor(Math.random() * candidates.length)];
  return node ? { host: node.options.host ?? 'localhost', port: node.options.port ?? 6379 } : null;
}

/**
 * A command whose node is lost fails at once, as with one server. The next command is redirected to the new primary. The
 * `retryDelay…` options would make callers wait instead.
 */
function openCluster({ address }: RedisConfig, redisOptions: Options, delayMs: () => number): Cluster {
  const cluster = new Cluster([...address.hosts], {
    redisOptions,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    scaleReads: 'master',
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    slotsRefreshInterval: SLOTS_REFRESH_INTERVAL_MS,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    clusterRetryStrategy: delayMs,
    // Certificates name hosts; without this the client would connect by IP address.
    ...(address.tls ? { dnsLookup: asNamed } : {}),
  });
  // Connects to a new node at once. Otherwise the first commands for it would fail while the client connects.
  cluster.on('+node', (node: Redis) => {
    watchHandshake(node);
    if (node.status === 'wait') node.connect().catch(() => undefined); // The cluster reports it as 'node error'.
  });
  return cluster;
}

function asNamed(host: string, found: (error: null, address: string) => void): void {
  found(null, host);
}

/**
 * Reconnects to find the new primary after a READONLY reply, at most every 5 s: reconnecting drops reads in flight, and a
 * replica can still be read.
 */
function reconnectToPrimary(clock: Clock): (error: Error) => boolean {
  let reconnectedAt = -Infinity;
  return (error) => {
    const now = clock.monotonic();
    if (!error.message.startsWith('READONLY') || now - reconnectedAt < PRIMARY_SEARCH_INTERVAL_MS) return false;
    reconnectedAt = now;
    return true;
  };
}
