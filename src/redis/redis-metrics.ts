import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { CIRCUIT_BREAKER_VALUES, type CircuitBreakerState } from '../resilience/circuit-breaker.ts';
import { Metrics } from '../telemetry/metrics.ts';

/** The end of a command: an answer, one of Redis's error replies, no answer in time, or no connection. */
export type CommandOutcome = 'ok' | 'error_reply' | 'timeout' | 'connection_lost';

const KNOWN_REPLIES = new Set([
  'CLUSTERDOWN', 'CROSSSLOT', 'ERR', 'LOADING', 'MASTERDOWN', 'MISCONF', 'MOVED', 'NOAUTH', 'NOPERM', 'NOREPLICAS', 'OOM',
  'READONLY', 'WRONGPASS',
]); // prettier-ignore

/** The metrics of Redis. Labels are names of commands and of outcomes, never keys. */
@Injectable()
export class RedisMetrics {
  private readonly duration: Histogram;
  private readonly notAsked: Counter;
  private readonly refusals: Counter;
  private readonly children = new Map<string, Histogram.Internal<string>>();

  constructor(private readonly metrics: Metrics) {
    const registers = [metrics.registry];
    this.duration = new Histogram({
      name: 'db_client_operation_duration_seconds',
      help: 'Redis commands, by outcome.',
      labelNames: ['db_operation_name', 'outcome'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
      registers,
    });
    this.notAsked = new Counter({
      name: 'redis_not_asked_total',
      help: 'Commands that were not sent because Redis is not connected or its breaker is open.',
      registers,
    });
    this.refusals = new Counter({
      name: 'redis_refusals_total',
      help: 'Error replies that last until an operator acts, by command or step of the handshake, and by first word of the reply.',
      labelNames: ['db_operation_name', 'db_response_status_code'],
      registers,
    });
  }

  /** @param reply the first word of the error reply; only known words become a label */
  refused(operation: string, reply: string): void {
    this.refusals.inc({
      db_operation_name: operation,
      db_response_status_code: KNOWN_REPLIES.has(reply) ? reply : 'other',
    });
  }

  /** @param operation the name of the command, such as `hmget` */
  ended(operation: string, outcome: CommandOutcome, durationMs: number): void {
    const key = `${operation} ${outcome}`;
    let child = this.children.get(key);
    if (!child) {
      child = this.duration.labels({ db_operation_name: operation, outcome });
      this.children.set(key, child);
    }
    child.observe(durationMs / 1000);
  }

  notSent(): void {
    this.notAsked.inc();
  }

  showBreaker(state: () => CircuitBreakerState): void {
    this.gauge(
      'redis_breaker_state',
      '0 closed, 1 half-open, 2 open; in a cluster the worst.',
      () => CIRCUIT_BREAKER_VALUES[state()],
    );
  }

  showAway(count: () => number): void {
    this.gauge('redis_nodes_away', 'Primaries of a cluster whose breaker is not closed.', count);
  }

  showSubscribed(subscribed: () => boolean): void {
    this.gauge('redis_subscribed', '1 while this process receives the events of other processes.', () =>
      Number(subscribed()),
    );
  }

  showLinksMayBeEvicted(mayBe: () => boolean): void {
    this.gauge('redis_links_may_be_evicted', '1 while the eviction policy of Redis may evict links.', () =>
      Number(mayBe()),
    );
  }

  showClientCertificateEnd(epochMs: () => number): void {
    this.gauge(
      'redis_client_certificate_end_timestamp_seconds',
      'When REDIS_CERT_FILE expires, since 1970; +Inf: there is none; 0: it cannot be read.',
      () => epochMs() / 1000,
    );
  }

  showMissingPermissions(count: () => number): void {
    this.gauge('redis_permissions_missing', 'Permissions that the service needs and Redis does not grant.', count);
  }

  private gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.metrics.registry],
      collect() {
        this.set(value());
      },
    });
  }
}
