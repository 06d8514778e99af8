import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { Metrics } from '../../telemetry/metrics.ts';
import { CHANGE_TYPES, type ChangeType } from './change.ts';

/** Why an event stream ended: a closed list. */
const STREAM_ENDS = ['left', 'lifetime', 'shutdown', 'access', 'unread', 'gone', 'failed'] as const;
export type StreamEnd = (typeof STREAM_ENDS)[number];

/** Counts what the change feed does. Labels come from closed lists. */
@Injectable()
export class ChangeMetrics {
  readonly appended: Counter<'type'>;
  /** Customers whose change another process has left marked. */
  readonly recovered: Counter;
  /** Customers whose change may still be marked, and for which no sweep looks: their next refresh appends it. */
  readonly deferred: Counter;
  readonly failures: Counter;
  readonly looks: Counter;
  readonly openStreams: Gauge;
  readonly waiting: Gauge;
  readonly streamEnds: Counter<'reason'>;

  constructor({ registry }: Metrics) {
    const registers = [registry];
    const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> =>
      new Counter({ name: `customer_changes_${name}_total`, help, labelNames, registers });
    this.appended = counter('appended', 'Events that this process has appended to the change feed.', 'type');
    for (const type of CHANGE_TYPES) this.appended.inc({ type } satisfies { type: ChangeType }, 0);
    this.recovered = counter('recovered', 'Customers whose change another process had stored and not appended.');
    this.deferred = counter(
      'deferred',
      'Customers whose change may wait for their next refresh: Redis did not take it, and the process cannot remember more of them.',
    );
    this.failures = counter('failures', 'Attempts to append events, or to find those left, that Redis did not answer.');
    this.looks = counter('looks', 'Polls of a feed for all its waiting consumers together.');
    this.streamEnds = counter('stream_ends', 'Event streams that have ended, by the reason.', 'reason');
    for (const reason of STREAM_ENDS) this.streamEnds.inc({ reason }, 0);
    this.openStreams = new Gauge({ name: 'customer_changes_streams', help: 'Event streams that are open.', registers });
    this.waiting = new Gauge({ name: 'customer_changes_waiting', help: 'Consumers that wait for events.', registers });
  }
}
