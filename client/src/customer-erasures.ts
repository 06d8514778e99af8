import { type CallOptions } from './options.ts';
import { get, type Requests } from './requests.ts';
import { type CustomerErasure, type ErasureKeys, type ErasureReceipt } from './types.ts';
import { pathOf } from './url.ts';

const ERASURES = ['v1', 'customer-erasures'] as const;
/** The service answers when no process has a copy any more. */
const ERASE_TIMEOUT_MS = 60_000;

/** Of an erasure. */
export interface EraseOptions extends CallOptions {
  /** A UUID of the caller's: the same one gets the same receipt. */
  readonly erasureRequestId?: string;
}

/** Erasures of customers, and their receipts. */
export class CustomerErasures {
  private readonly requests: Requests;

  constructor(requests: Requests) {
    this.requests = requests;
  }

  /**
   * Erases a customer and keeps it erased. It takes some seconds: `timeoutMs` is 60,000 by default. It is safe to call again, which finishes
   * an erasure that was interrupted.
   */
  erase(customerId: string, options: EraseOptions = {}): Promise<ErasureReceipt> {
    const { erasureRequestId: requestId, ...more } = options;
    return this.requests.json({
      method: 'POST',
      path: pathOf(...ERASURES),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ customerId, requestId }),
      options: { timeoutMs: ERASE_TIMEOUT_MS, ...more },
      repeatable: true,
    }) as Promise<ErasureReceipt>;
  }

  /** The last erasure of a customer. @throws ProfileProblem `erasure_not_found` */
  get(customerId: string, options: CallOptions = {}): Promise<CustomerErasure> {
    return this.requests.json(get(pathOf(...ERASURES, customerId), options)) as Promise<CustomerErasure>;
  }

  /** Permits the customer again; the erased data does not come back. @throws ProfileProblem `erasure_not_found`, `erasure_in_progress` */
  async lift(customerId: string, options: CallOptions = {}): Promise<void> {
    const path = pathOf(...ERASURES, customerId);
    await this.requests.json({ method: 'DELETE', path, options, repeatable: false });
  }

  /** The public keys by which receipts are verified, as a JWKS. */
  keys(options: CallOptions = {}): Promise<ErasureKeys> {
    return this.requests.json(
      get(pathOf('.well-known', 'customer-erasure-keys.json'), options),
    ) as Promise<ErasureKeys>;
  }
}
