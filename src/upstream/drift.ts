import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { Counter } from 'prom-client';
import { Clock } from '../config/clock.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { isObject, type JsonObject, object } from '../json/json.ts';
import { type UpstreamName } from './upstream-error.ts';

/** An undocumented thing in an answer: the field's path without list positions, never its value. */
export interface DriftFinding {
  readonly field: string;
  readonly kind: 'unknown_field' | 'unexpected_type' | 'unknown_value' | 'unknown_status';
}

/** A finding, with its count since the start. */
export interface CountedDrift extends DriftFinding {
  readonly upstream: UpstreamName;
  /** Answers with this finding. */
  readonly count: number;
  /** ISO 8601 with Z. */
  readonly firstSeenAt: string;
}

/** The documented form of a field. `values`: text of a list that may grow. `anything`: not inspected. */
export type Documented =
  | 'string'
  | 'boolean'
  | 'number'
  | 'anything'
  | { readonly values: ReadonlySet<string> }
  | { readonly list: Documented }
  | DocumentedObject;

/** `orListOfOne`: the object may also be the only item of a list. */
export interface DocumentedObject {
  readonly fields: Readonly<Record<string, Documented>>;
  readonly orListOfOne?: true;
}

const MAX_KEYS = 200;
const MAX_ITEMS = 100;
const MAX_FINDINGS = 1000;
const MAX_FIELD_NAMES = 100;
const PLAIN_NAME = /^[\w.]{1,64}$/;

/** Statuses that are documented, or that the upstream's gateway sends. Other upstreams may send any status. */
const EXPECTED_STATUSES: Partial<Record<UpstreamName, ReadonlySet<number>>> = {
  reseller: new Set([200, 400, 401, 403, 404, 429, 500, 503, 504]),
  billing: new Set([200, 400, 401, 403, 404, 422, 429, 500, 502, 503, 504]),
};

type Add = (field: string, kind: DriftFinding['kind']) => void;

/**
 * Finds fields, types and values that are not documented, each once. An empty field (null, "", absent) is no drift. Pure. The documented
 * fields, 200 keys an object and 100 items a list bound the work, however large or deep the body is.
 */
export function findDrift(body: unknown, documented: DocumentedObject): readonly DriftFinding[] {
  const found = new Map<string, DriftFinding>();
  inspectFields(object(body), documented, '', (field, kind) => {
    if (found.size < MAX_FINDINGS) found.set(`${kind} ${field}`, { field, kind });
  });
  return [...found.values()];
}

function inspectFields(value: JsonObject, { fields }: DocumentedObject, prefix: string, add: Add): void {
  for (const [name, documented] of Object.entries(fields)) inspect(value[name], documented, prefix + name, add);
  for (const name of Object.keys(value).slice(0, MAX_KEYS))
    if (!Object.hasOwn(fields, name)) add(prefix + name, 'unknown_field');
}

function inspect(value: unknown, documented: Documented, field: string, add: Add): void {
  if (value === undefined || value === null || value === '' || documented === 'anything') return;
  if (typeof documented === 'string') {
    if (typeof value !== documented) add(field, 'unexpected_type');
  } else if ('values' in documented) {
    if (typeof value !== 'string') add(field, 'unexpected_type');
    else if (!documented.values.has(value)) add(field, 'unknown_value');
  } else if ('list' in documented) {
    if (!Array.isArray(value)) add(field, 'unexpected_type');
    else for (const item of value.slice(0, MAX_ITEMS)) inspect(item, documented.list, field, add);
  } else if (documented.orListOfOne && Array.isArray(value) && value.length < 2) {
    inspect(value[0], { fields: documented.fields }, field, add);
  } else if (isObject(value)) inspectFields(value, documented, `${field}.`, add);
  else add(field, 'unexpected_type');
}

/**
 * Counts findings, and logs each one when it is first seen. Odd names, and names after an upstream's first hundred, are counted
 * as the field `other`, so that the number of series stays bounded.
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
      help: 'Answers with a field, type, value or status that is not documented.',
      labelNames: ['upstream', 'field', 'kind'],
      registers: [registry],
    });
  }

  /** @param findings of one answer */
  record(upstream: UpstreamName, findings: readonly DriftFinding[]): void {
    for (const finding of findings) {
      const field = this.boundedName(upstream, finding.field);
      const { kind } = finding;
      this.total.inc({ upstream, field, kind });
      const detail = `${kind} ${field}`;
      const before = this.seen.get(`${upstream} ${detail}`);
      const firstSeenAt = before?.firstSeenAt ?? new Date(this.clock.now()).toISOString();
      this.seen.set(`${upstream} ${detail}`, { upstream, kind, field, count: (before?.count ?? 0) + 1, firstSeenAt });
      if (!before) this.log.info({ upstream, event: 'drift_first_seen', detail }, 'upstream drift');
    }
  }

  /** Counts an answer's status under its code, as `status.418`, unless it is an expected one. */
  recordStatus(upstream: UpstreamName, status: number): void {
    if (EXPECTED_STATUSES[upstream]?.has(status) === false)
      this.record(upstream, [{ field: `status.${status}`, kind: 'unknown_status' }]);
  }

  /** All findings, in the order in which they were first seen. */
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
