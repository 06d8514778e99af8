import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { CIRCUIT_BREAKER_VALUES } from '../resilience/circuit-breaker.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { Quota } from './quota/quota.ts';
import { type UpstreamCall } from './upstream-call.ts';
import { UpstreamPolicies } from './upstream-policies.ts';

const LABELS = ['upstream', 'operation'] as const;

/** Counts outbound calls. Labels come from closed lists, never from requests or answers. */
@Injectable()
export class UpstreamMetrics {
  private readonly duration: Histogram;
  private readonly retries: Counter;
  private readonly refusals: Counter;

  constructor({ registry }: Metrics, policies: UpstreamPolicies, quota: Quota) {
    const registers = [registry];
    this.duration = new Histogram({
      name: 'http_client_request_duration_seconds',
      help: 'Attempts to call an upstream, by their outcome.',
      labelNames: [...LABELS, 'state'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5],
      registers,
    });
    this.retries = new Counter({
      name: 'upstream_retries_total',
      help: 'Retried attempts.',
      labelNames: LABELS,
      registers,
    });
    this.refusals = new Counter({
      name: 'upstream_retry_budget_refusals_total',
      help: 'Retries that the retry budget refused.',
      labelNames: LABELS,
      registers,
    });
    showPolicies(registry, policies);
    showQuota(registry, quota);
  }

  ended({ upstream, operation }: UpstreamCall<unknown>, state: string, durationMs: number): void {
    this.duration.observe({ upstream, operation, state }, durationMs / 1000);
  }

  retried({ upstream, operation }: UpstreamCall<unknown>): void {
    this.retries.inc({ upstream, operation });
  }

  retryRefused({ upstream, operation }: UpstreamCall<unknown>): void {
    this.refusals.inc({ upstream, operation });
  }
}

/** The state of the worst breaker of all organisations, for each operation. */
function worstBreakers(
  policies: UpstreamPolicies,
): Iterable<{ readonly labels: Readonly<Record<'upstream' | 'operation', string>>; readonly value: number }> {
  const worst = new Map<string, { labels: { upstream: string; operation: string }; value: number }>();
  for (const { upstream, operation, breaker } of policies.all()) {
    const name = `${upstream} ${operation}`;
    const value = Math.max(CIRCUIT_BREAKER_VALUES[breaker.stateName], worst.get(name)?.value ?? 0);
    worst.set(name, { labels: { upstream, operation }, value });
  }
  return worst.values();
}

function showPolicies(registry: Registry, policies: UpstreamPolicies): void {
  showGauge(
    registry,
    'upstream_breaker_state',
    '0 closed, 1 half-open, 2 open; the worst of all organisations.',
    (breakers) => {
      for (const { labels, value } of worstBreakers(policies)) breakers.set(labels, value);
    },
  );
  showGauge(registry, 'http_client_active_requests', 'Calls in progress.', (active) => {
    for (const { upstream, operation, bulkhead } of policies.all())
      active.inc({ upstream, operation }, bulkhead.inFlight);
  });
  showGauge(registry, 'upstream_queued_requests', 'Calls that wait in the queue of a bulkhead.', (queued) => {
    for (const { upstream, operation, bulkhead } of policies.all())
      queued.inc({ upstream, operation }, bulkhead.queued);
  });
}

function showQuota(registry: Registry, quota: Quota): void {
  const asked = { upstream: 'reseller', operation: 'get_customer' };
  showGauge(
    registry,
    'upstream_quota_left',
    'Calls left at the last call, of the organisation with the smallest share left.',
    (left) => {
      const least = quota.lowestLeft();
      if (least) left.set(asked, least.left);
    },
  );
  showGauge(
    registry,
    'upstream_quota_calls',
    'The quota of those calls in five seconds; smaller without Redis.',
    (calls) => {
      const least = quota.lowestLeft();
      if (least) calls.set(asked, least.calls);
    },
  );
}

function showGauge(registry: Registry, name: string, help: string, collect: (gauge: Gauge) => void): void {
  new Gauge({
    name,
    help,
    labelNames: LABELS,
    registers: [registry],
    collect() {
      this.reset();
      collect(this);
    },
  });
}
