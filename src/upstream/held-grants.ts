import { type Bulkhead } from '../resilience/bulkhead.ts';
import { type CallContext } from './call-context.ts';
import { type Quota, type QuotaAnswer } from './quota/quota.ts';
import { ownerOf, type UpstreamCall } from './upstream-call.ts';

/** A call's permit from the bulkhead, and its answer from the quota until it is sent. Both can be given back. */
export class HeldGrants {
  private hasPermit = false;
  private unsent: QuotaAnswer | null = null;

  constructor(
    private readonly bulkhead: Bulkhead,
    private readonly quota: Quota,
    private readonly call: Pick<UpstreamCall<unknown>, 'organisation' | 'quotaUser' | 'caller'>,
  ) {}

  /** @returns whether the bulkhead permits the call without a wait */
  tryAcquire(): boolean {
    this.hasPermit = this.bulkhead.tryAcquire();
    return this.hasPermit;
  }

  /** @throws BulkheadFullError */
  async acquire({ deadline, wait }: CallContext): Promise<void> {
    if (this.hasPermit || this.tryAcquire()) return;
    wait.begin('overloaded');
    await this.bulkhead.acquire(ownerOf(this.call), deadline.signal, deadline.remainingMs());
    this.hasPermit = true;
  }

  /** The quota's answer; asks for it once. */
  async askQuota(): Promise<QuotaAnswer> {
    return this.unsent ?? this.askQuotaAgain();
  }

  async askQuotaAgain(): Promise<QuotaAnswer> {
    const { organisation, quotaUser } = this.call;
    if (!quotaUser) throw new Error('the call does not count against the quota');
    this.unsent = await this.quota.take(organisation, quotaUser);
    return this.unsent;
  }

  /** Call it when the call is sent, which uses the grant. */
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
