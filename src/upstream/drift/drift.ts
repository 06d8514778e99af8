import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { Counter } from 'prom-client';
import { Clock } from '../../config/clock.ts';
import { isoInstant } from '../../config/iso-dates.ts';
import { LOGGER } from '../../telemetry/logger.ts';
import { Metrics } from '../../telemetry/metrics.ts';
import { type UpstreamName } from '../upstream-error.ts';
import { type DriftFinding } from './find-drift.ts';

/** A finding, with its count since the start. */
export interface CountedDrift extends DriftFinding {
  readonly upstream: UpstreamName;
  /** The number of answers with this finding. */
  readonly count: number;
  /** ISO 8601 with Z. */
  readonly firstSeenAt: string;
}

const MAX_FIELD_NAMES = 100;
const PLAIN_NAME = /^[\w.]{1,64}$/;

/** Statuses that are documented, or that the upstream's gateway sends; null: any status is expected. */
const EXPECTED_STATUSES: Readonly<Record<UpstreamName, ReadonlySet<number> | null>> = {
  reseller: new Set([200, 400, 401, 403, 404, 422, 429, 500, 503, 504]),
  billing: new Set([200, 400, 401, 403, 404, 422, 429, 500, 502, 503, 504]),
  'reseller-token': null,
  'identity-provider': null,
};

/**
 * Counts findings, and logs each one when it first sees it. It counts odd names, and names after an upstream's first
 * hundred, as the field `other`, so that the number of series stays bounded.
 */
@Injectable()
export class Drift {
  private readonly names = new Map<UpstreamName, Set<string>>();
  private readonly seen = new Map<string, CountedDrift>();
  private readonly total: Counter;

  constructor(
    { registry }: Metrics,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.total = new Counter({
      name: 'upstream_drift_total',
      help: 'Answers with an undocumented field, type, value or status, or an unreadable value.',
      labelNames: ['upstream', 'field', 'kind'],
      registers: [registry],
    });
  }

  /** @param findings the findings of one answer */
  record(upstream: UpstreamName, findings: readonly DriftFinding[]): void {
    for (const finding of findings) {
      const field = this.boundedName(upstream, finding.field);
      const { kind } = finding;
      this.total.inc({ upstream, field, kind });
      const detail = `${kind} ${field}`;
      const before = this.seen.get(`${upstream} ${detail}`);
      const firstSeenAt = before?.firstSeenAt ?? isoInstant(this.clock.now());
      this.seen.set(`${upstream} ${detail}`, { upstream, kind, field, count: (before?.count ?? 0) + 1, firstSeenAt });
      if (!before) this.log.info({ upstream, event: 'drift_first_seen', detail }, 'upstream drift');
    }
  }

  /** Counts an answer's status under its code, as `status.418`, unless it is an expected one. */
  recordStatus(upstream: UpstreamName, status: number): void {
    if (EXPECTED_STATUSES[upstream]?.has(status) === false)
      this.record(upstream, [{ field: `status.${status}`, kind: 'unknown_status' }]);
  }

  /** All findings, in the order of their first appearance. */
  report(): readonly CountedDrift[] {
    return [...this.seen.values()];
  }

  private boundedName(upstream: UpstreamName, field: string): string {
    const names = this.names.get(upstream) ?? new Set();
    this.names.set(upstream, names);
    if (PLAIN_NAME.test(field) && names.size < MAX_FIELD_NAMES) names.add(field);
    return names.has(field) ? field : 'other';
  }
}
