import { Inject, Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { keptName } from '../auth/caller.decorator.ts';
import { type Right } from '../config/callers/rights.ts';
import { Clock } from '../config/clock.ts';
import { isoInstant } from '../config/iso-dates.ts';
import { SERVICE_NAME } from '../config/service-name.ts';
import { Problem, type ProblemCode } from '../problems/problem.ts';
import { AUDIT_OUTPUT, type AuditOutput } from '../telemetry/audit-output.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { TraceScope } from '../telemetry/traces/trace-scope.ts';

/** Maximum number of actions in progress or with an unwritten line; some 4 MB. */
export const MAX_WAITING_LINES = 10_000;

/** An action that leaves an audit line. */
export interface AuditedAction {
  /** Method and route template, such as `PUT /v1/customer-links/:customerId`. */
  readonly operation: string;
  readonly right: Right;
  readonly caller: string;
  /** The organisation's id. */
  readonly organisation: string;
  /** Absent: the action names no customer. */
  readonly customerId?: string;
  /** Absent: the action names no billing customer. */
  readonly billingCustomerId?: string;
  /** Absent: the action concerns every source. */
  readonly source?: string;
  readonly requestId: string;
}

/** `succeeded`, the change of a link, or the code of the problem. */
export type AuditOutcome = 'succeeded' | 'created' | 'replaced' | 'unchanged' | 'removed' | ProblemCode;

/** Writes a line for each action that changes or reveals something. `LOG_LEVEL` does not switch it off, and no line is dropped. */
@Injectable()
export class AuditLog {
  private waiting = 0;
  private readonly refusals: Counter;

  constructor(
    @Inject(AUDIT_OUTPUT) private readonly output: AuditOutput,
    private readonly clock: Clock,
    { registry }: Metrics,
  ) {
    this.refusals = new Counter({
      name: 'audit_refusals_total',
      help: 'Actions that were refused because too many audit lines wait to be written.',
      registers: [registry],
    });
  }

  /**
   * Reserves room for the action's line. Call it before the action, and call its result exactly once afterwards.
   * @throws Problem `audit_unavailable` when too many lines wait; then do not do the action
   */
  begin(action: AuditedAction): (outcome: AuditOutcome) => void {
    const [end] = this.beginAll([action]);
    return (outcome) => end?.(outcome);
  }

  /** Like `begin`, for all actions or none. Refused actions write no lines, because those would take room, too. */
  beginAll(actions: readonly AuditedAction[]): readonly ((outcome: AuditOutcome) => void)[] {
    if (this.waiting + actions.length > MAX_WAITING_LINES) {
      this.refusals.inc();
      throw new Problem('audit_unavailable', 'Audit lines cannot be written now. Nothing was done; try again.', {
        headers: { 'retry-after': '5' },
      });
    }
    this.waiting += actions.length;
    const trace = TraceScope.current()?.fields;
    return actions.map((action) => (outcome) => {
      this.write(action, trace, outcome);
    });
  }

  private write(action: AuditedAction, trace: TraceScope['fields'] | undefined, outcome: AuditOutcome): void {
    const { operation, right, organisation, billingCustomerId, requestId } = action;
    const caller = keptName(action.caller);
    // An invalid id may be anything, even personal data.
    const { customerId, source }: Partial<AuditedAction> = outcome === 'invalid_request' ? {} : action;
    const line = {
      level: 'info',
      time: isoInstant(this.clock.timeOfDay()),
      service: SERVICE_NAME,
      name: 'audit',
      ...trace,
      requestId,
      operation,
      right,
      caller,
      organisation,
      customerId,
      billingCustomerId,
      source,
      outcome,
      msg: 'audit',
    };
    this.output(`${JSON.stringify(line)}\n`, () => {
      this.waiting -= 1;
    });
  }
}
