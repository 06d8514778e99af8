import { type Bulkhead } from '../resilience/bulkhead.ts';
import { type Deadline } from '../resilience/deadline.ts';
import { type Quota, type QuotaAnswer } from './quota.ts';

/** A call's permit of the bulkhead, and the answer of the quota while the call is not sent. Both can be given back. */
export class HeldGrants {
  private hasPermit = false;
  private unsent: QuotaAnswer | null = null;

  constructor(
    private readonly bulkhead: Bulkhead,
    private readonly quota: Quota,
    private readonly organisation: string,
  ) {}

  /** @returns whether the bulkhead permits the call without a wait */
  tryAcquire(): boolean {
    this.hasPermit = this.bulkhead.tryAcquire();
    return this.hasPermit;
  }

  /** @throws BulkheadFullError */
  async acquire(deadline: Deadline): Promise<void> {
    if (this.hasPermit || this.tryAcquire()) return;
    deadline.holdUp('overloaded');
    await this.bulkhead.acquire(deadline.signal, deadline.remainingMs());
    this.hasPermit = true;
  }

  /** The quota's answer, asked for once. */
  async askQuota(): Promise<QuotaAnswer> {
    return this.unsent ?? this.askQuotaAgain();
  }

  async askQuotaAgain(): Promise<QuotaAnswer> {
    this.unsent = await this.quota.take(this.organisation);
    return this.unsent;
  }

  /** The call is sent now, so that its grant is used. */
  send(): void {
    this.unsent = null;
  }

  giveBack(): void {
    this.unsent?.giveBack();
    this.unsent = null;
    if (this.hasPermit) this.bulkhead.release();
    this.hasPermit = false;
  }
}
