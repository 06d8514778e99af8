import { Cluster, Command } from 'ioredis';
import { type Clock } from '../config/clock.ts';
import { CIRCUIT_BREAKER_VALUES, type CircuitBreakerState } from '../resilience/circuit-breaker.ts';
import { type RedisClient } from './link/redis-client.ts';
import { primaryOf } from './link/redis-topology.ts';
import { type CommandEnd, RedisBreaker } from './redis-breaker.ts';
import { type Destination } from './sent-commands.ts';

/** A primary of a cluster that has received commands. */
interface ClusterNode {
  readonly breaker: RedisBreaker;
  /** A key in one of its slots; the probe reads it. */
  readonly key: string | Buffer;
  readonly slot: number;
}

/** Sends a command without asking the breaker. */
type Probe = (ask: (client: RedisClient) => Promise<unknown>) => Promise<CommandEnd>;

/**
 * The breakers of the servers. Each primary of a cluster has its own, so that one that is down affects only its keys. A
 * single server, including one that Sentinel names, has one.
 */
export class RedisNodes {
  private readonly only: RedisBreaker;
  /** By `host:port`. */
  private readonly ofCluster = new Map<string, ClusterNode>();

  constructor(
    private readonly clock: Clock,
    private readonly client: () => RedisClient | null,
    private readonly probe: Probe,
  ) {
    this.only = new RedisBreaker(clock, () => probe((redis) => redis.ping()));
  }

  /** The worst state of all. */
  get state(): CircuitBreakerState {
    const states = [this.only, ...[...this.ofCluster.values()].map(({ breaker }) => breaker)].map(
      (one) => one.stateName,
    );
    return states.reduce((worst, one) => (CIRCUIT_BREAKER_VALUES[one] > CIRCUIT_BREAKER_VALUES[worst] ? one : worst));
  }

  /** The primaries of a cluster whose breaker is not closed, as `host:port`. */
  get away(): readonly string[] {
    return [...this.ofCluster]
      .filter(([, { breaker }]) => breaker.stateName !== 'closed')
      .map(([name]) => name)
      .sort();
  }

  /** Whether no command is permitted, whatever its key. */
  get permitNone(): boolean {
    return this.only.stateName !== 'closed';
  }

  /** @returns a function that records how the command ended; null: the breaker of its server does not permit it */
  tryAcquire(command: Command, destination: Destination = {}): ((end: CommandEnd) => void) | null {
    const client = this.client();
    const breaker = client instanceof Cluster ? this.breakerOf(client, command, destination) : this.only;
    // A command without a key goes to any server, so its end says nothing about one of them.
    return breaker ? breaker.tryAcquire() : () => undefined;
  }

  /** Closes all breakers, for a new connection. */
  reset(): void {
    this.stop();
    this.ofCluster.clear();
    this.only.reset();
  }

  /** Sends no further probe. */
  stop(): void {
    for (const { breaker } of [{ breaker: this.only }, ...this.ofCluster.values()]) breaker.stop();
  }

  private breakerOf(cluster: Cluster, command: Command, destination: Destination): RedisBreaker | null {
    const slot = destination.slot ?? command.getSlot();
    const name = primaryOf(cluster, slot);
    const [key] = command.getKeys();
    if (name === undefined) return null;
    const node = this.ofCluster.get(name);
    if (node || key === undefined) return node?.breaker ?? null;
    this.forgetFormer(cluster);
    const breaker = new RedisBreaker(this.clock, () => this.ask(cluster, name));
    this.ofCluster.set(name, { breaker, key, slot });
    return breaker;
  }

  /** Drops breakers after a failover or a moved slot, when another server has the key. */
  private forgetFormer(cluster: Cluster): void {
    for (const [name, { breaker, slot }] of this.ofCluster) {
      if (primaryOf(cluster, slot) === name) continue;
      breaker.stop();
      this.ofCluster.delete(name);
    }
  }

  /** Probes as a caller would: the client reconnects when it has to. */
  private async ask(cluster: Cluster, name: string): Promise<CommandEnd> {
    // A failover may be the reason: find the present primaries.
    cluster.refreshSlotsCache();
    this.forgetFormer(cluster);
    const node = this.ofCluster.get(name);
    return node ? this.probe(() => cluster.sendCommand(new Command('type', [node.key])) as Promise<unknown>) : 'quick';
  }
}
