import { Cluster, type Redis } from 'ioredis';
import { type Logger } from 'pino';
import { type Clock } from '../../config/clock.ts';
import { type RedisAddress } from '../../config/redis-address.ts';
import { type RedisConfig } from '../../config/redis-config.ts';
import { errorCode, isReply } from '../redis-errors.ts';
import { disconnect, openClient, reconnectDelayMs, type RedisClient } from './redis-client.ts';
import { type HandshakeRefusal, handshakeRefusal, refusalOf } from './redis-handshake.ts';
import { addressOf, isClusterNode, isReplica, primariesOf } from './redis-topology.ts';

export interface LinkEvents {
  /** A client was created: the first one, or another one because Redis is a cluster. */
  onClient(client: RedisClient): void;
  /** The connection may be used. */
  onReady(): void;
  onRefused(refusal: HandshakeRefusal): void;
  /** The connection may not be used: an attempt has failed. */
  onTrouble(): void;
}

/** Why the connection may not be used. */
export interface LinkTrouble {
  /** null: unreachable, or not trusted. */
  readonly refusal: HandshakeRefusal | null;
  /** First word of a reply, or the code of a socket or of TLS. */
  readonly errorCode: string;
  /** Epoch ms. */
  readonly since: number;
}

/**
 * The client for commands. It may be used when Redis has refused no step of the handshake, so that it never reads or writes
 * as another user or in another database, and when it is known whether a single address belongs to a cluster.
 */
export class RedisLink {
  private current: RedisClient;
  private currentMode: RedisAddress['mode'];
  private isOpen = false;
  private isClosing = false;
  private found: LinkTrouble | null = null;
  /** The kinds of trouble that were logged since the connection was last used. */
  private readonly logged = new Set<string>();
  /** The nodes of a cluster that refused the last handshake. */
  private readonly refusing = new Set<string>();
  private attempts = 0;

  constructor(
    private readonly config: RedisConfig,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly events: LinkEvents,
  ) {
    this.currentMode = config.address.mode;
    this.current = this.open();
  }

  get client(): RedisClient {
    return this.current;
  }

  /** The mode that Redis itself has reported: a single address may belong to a cluster, too. */
  get mode(): RedisAddress['mode'] {
    return this.currentMode;
  }

  get isReady(): boolean {
    return this.isOpen && this.current.status === 'ready';
  }

  /** The step of a connection that Redis refuses; in a cluster that is otherwise in use, also the step that one node refuses. */
  get refused(): LinkTrouble | null {
    return this.found?.refusal ? this.found : null;
  }

  /** Why the connection may not be used; null: it may, or no reason is known. */
  get trouble(): LinkTrouble | null {
    return this.isReady ? null : this.found;
  }

  /**
   * Call it when Redis has answered MOVED.
   * @returns whether it is followed: a cluster's client does so itself, and a single address is reopened as a cluster
   */
  onMoved(): boolean {
    if (this.currentMode === 'standalone') this.reopenAs('cluster');
    return this.currentMode === 'cluster';
  }

  close(): void {
    this.isClosing = true;
    disconnect(this.current);
  }

  private open(): RedisClient {
    const client = openClient(this.config, this.currentMode, this.clock, () => reconnectDelayMs((this.attempts += 1)));
    client.on('close', () => {
      if (client === this.current) this.isOpen = false;
    });
    client.on('error', (error: Error) => {
      if (client === this.current) this.onError(client, error);
    });
    if (client instanceof Cluster) this.watchCluster(client);
    else client.on('ready', () => void this.onConnected(client));
    this.events.onClient(client);
    return client;
  }

  private reopenAs(mode: RedisAddress['mode']): void {
    if (this.isClosing) return;
    this.log.info({ event: 'redis_mode_found', mode }, 'Redis has reported its mode');
    const before = this.current;
    this.isOpen = false;
    this.currentMode = mode;
    this.current = this.open();
    disconnect(before);
  }

  private async onConnected(redis: Redis): Promise<void> {
    const { stream } = redis;
    const refusal = handshakeRefusal(redis);
    if (refusal) {
      this.onRefusal(refusal);
      redis.disconnect(true);
      return;
    }
    try {
      const isCluster = this.currentMode === 'standalone' && (await isClusterNode(redis));
      // Sentinels may name a server that is no longer the primary.
      const isOther = this.currentMode === 'sentinel' && (await isReplica(redis));
      if (redis !== this.current || redis.stream !== stream || redis.status !== 'ready') return;
      if (isCluster) this.reopenAs('cluster');
      else if (isOther) redis.disconnect(true);
      else this.use();
    } catch {
      // The connection was lost; the client opens another one.
    }
  }

  /**
   * Each node of a cluster has its own handshake. The cluster is used when the client is connecting to none of its
   * primaries, because commands for such a primary fail. Primaries that are down have their own breakers.
   */
  private watchCluster(cluster: Cluster): void {
    const useIfPossible = (): void => {
      const primaries = cluster.nodes('master');
      const isUsable = primaries.some((node) => node.status === 'ready' && !handshakeRefusal(node));
      const isConnecting = primaries.some(({ status }) => status === 'connecting' || status === 'connect');
      if (cluster === this.current && cluster.status === 'ready' && !this.isOpen && isUsable && !isConnecting)
        this.use();
    };
    // No node serves a slot, or none knows its own address, as before a cluster is formed. The client closes then, and reports no error.
    let isWithoutSlots = false;
    cluster.on('connect', () => {
      isWithoutSlots = [...primariesOf(cluster)].every((address) => address === undefined);
    });
    cluster.on('ready', useIfPossible);
    cluster.on('-node', useIfPossible);
    cluster.on('close', () => {
      this.refusing.clear();
      if (cluster === this.current && !this.isClosing && isWithoutSlots) this.note(null, 'CLUSTERDOWN');
      isWithoutSlots = false;
    });
    cluster.on('+node', (node: Redis) => {
      const name = addressOf(node);
      node.on('ready', () => {
        if (handshakeRefusal(node)) node.disconnect();
        else if (this.refusing.delete(name) && this.isOpen) this.endTrouble();
        useIfPossible();
      });
      node.on('close', () => {
        const refusal = handshakeRefusal(node);
        if (refusal && cluster === this.current) {
          this.refusing.add(name);
          this.onRefusal(refusal);
        }
        useIfPossible();
      });
    });
  }

  private use(): void {
    this.isOpen = true;
    this.attempts = 0;
    this.endTrouble();
    this.events.onReady();
  }

  private endTrouble(): void {
    if (this.refusing.size > 0) return;
    const isNews = this.found !== null || !this.logged.has('ready');
    this.found = null;
    this.logged.clear();
    this.logged.add('ready');
    if (isNews) this.log.info({ event: 'redis_reachable' }, 'Redis answers');
  }

  private onError(client: RedisClient, error: NodeJS.ErrnoException & { lastNodeError?: unknown }): void {
    const { lastNodeError } = error;
    const isNoCluster = isReply(lastNodeError) && /cluster support disabled/i.test(lastNodeError.message);
    if (isNoCluster && this.config.address.mode === 'standalone') {
      this.reopenAs('standalone');
      return;
    }
    const refusal = (client instanceof Cluster ? null : handshakeRefusal(client)) ?? refusalOf(error);
    if (refusal) this.onRefusal(refusal);
    else this.note(null, errorCode(error));
  }

  private onRefusal(refusal: HandshakeRefusal): void {
    this.events.onRefused(refusal);
    this.note(refusal, refusal.reply);
  }

  /** Logs each kind of trouble once until the connection is used again. */
  private note(refusal: HandshakeRefusal | null, errorCode: string): void {
    if (this.found?.errorCode !== errorCode || this.found.refusal?.step !== refusal?.step)
      this.found = { refusal, errorCode, since: this.clock.now() };
    this.events.onTrouble();
    const kind = refusal ? `${refusal.step} ${errorCode}` : 'unreachable';
    if (this.logged.has(kind)) return;
    this.logged.add(kind);
    if (refusal)
      this.log.warn(
        { event: 'redis_refused', operation: refusal.step, errorCode },
        'Redis refuses the connection, so it is not used',
      );
    else this.log.warn({ event: 'redis_unreachable', errorCode }, 'Redis does not answer');
  }
}
