import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { Clock } from '../config/clock.ts';
import { Admission, type Arrival } from '../resilience/admission.ts';
import { type Demand } from '../resilience/single-flight.ts';
import { WorkTurns } from '../resilience/work-turns.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { type QuotaUser } from '../upstream/quota/quota-user.ts';

/** Admits as many concurrent refreshes as this process can do. */
@Injectable()
export class RefreshAdmission {
  private readonly admission: Admission;
  private readonly refusals: Counter<'kind'>;

  constructor(
    clock: Clock,
    private readonly turns: WorkTurns,
    { registry }: Metrics,
  ) {
    this.admission = new Admission(clock, (owner) => turns.isHeldBack(owner));
    const { admission } = this;
    this.refusals = new Counter({
      name: 'refresh_refusals_total',
      help: 'Refreshes that were refused because they could not end in time, or their caller had used up its share, by their purpose.',
      labelNames: ['kind'],
      registers: [registry],
    });
    new Counter({
      name: 'caller_share_pauses_seconds_total',
      help: 'How long longer work has waited for its caller’s share of the process’s time, and for nothing else.',
      registers: [registry],
      collect() {
        this.reset();
        this.inc(turns.pausedMs / 1000);
      },
    });
    const states = {
      in_flight: () => admission.inFlight,
      queued: () => admission.queued,
      width: () => admission.width,
    };
    new Gauge({
      name: 'refresh_admission',
      help: 'Refreshes in progress, refreshes that wait for their turn, and the limit of concurrent ones.',
      labelNames: ['state'],
      registers: [registry],
      collect() {
        for (const [state, read] of Object.entries(states)) this.set({ state }, read());
      },
    });
  }

  /** Whether the caller has used up its share of the process's time. The service itself has a pace of its own. */
  isHeldBack({ name, isService }: QuotaUser): boolean {
    return !isService && this.turns.isHeldBack(name);
  }

  /**
   * Whether the refresh could not end in time, or its caller has no share for it, which is counted. A caller without a share may have one
   * refresh in progress: it may have used up its share with other work.
   * @param hasShare whether the caller has time of its share left
   */
  refuses(arrival: Arrival, hasShare: boolean): boolean {
    const isOneTooMany = !hasShare && this.admission.inFlightOf(arrival.owner) > 0;
    const refuses = isOneTooMany || this.admission.refuses(arrival);
    if (refuses) this.refusals.inc({ kind: arrival.kind });
    return refuses;
  }

  /** Whether the process would have too much to do for a refresh that arrives after `expected` others. It is not counted. */
  wouldRefuse(arrival: Arrival, expected: number): boolean {
    return this.admission.refuses(arrival, expected);
  }

  /** As `Admission.admit`. Work that is refused at its turn is counted. */
  admit(arrival: Arrival, demand: Demand): ReturnType<Admission['admit']> {
    const turn = this.admission.admit(arrival, demand);
    if (typeof turn === 'function') return turn;
    return turn.then((end) => {
      if (!end && !demand.signal.aborted) this.refusals.inc({ kind: arrival.kind });
      return end;
    });
  }
}
