import { randomUUID } from 'node:crypto';
import { linked, resource } from '../../sandbox/customers/making.ts';
import { type Sandbox } from '../../sandbox/server.ts';
import { CUSTOMERS, ORGANISATIONS, type Subject } from './schedule.ts';

/** What the upstreams say of a source now, and until when they said something older. */
export class Versions {
  current = 1;
  private readonly supersededAt = new Map<number, number>();

  next(now: number): void {
    this.supersededAt.set(this.current, now);
    this.current += 1;
  }

  /** How long this version has not been the current one; 0 for the current one. */
  overdueMs(version: number, now: number): number {
    const at = this.supersededAt.get(version);
    return at === undefined ? 0 : now - at;
  }
}

/** A confirmed change through the service. Later reads may be no older. */
export interface Floor {
  readonly by: number;
  readonly at: number;
  readonly version: number;
}

/** The truth about one customer of an organisation. */
export class Truth {
  readonly customerId: string;
  readonly billing: readonly [string, string] = [randomUUID(), randomUUID()];
  readonly versions = { reseller: new Versions(), stripe: new Versions() };
  readonly floors: Record<'reseller' | 'stripe', Floor[]> = { reseller: [], stripe: [] };
  /** The last link that was confirmed; undefined: it is not known, as an answer failed or Redis was emptied. */
  link: string | null | undefined = null;
  linkFloor: Omit<Floor, 'version'> | null = null;
  /** Since when its own profile has been answered well, with nothing that could take it away since. */
  goodSince: number | null = null;
  /** Whether the customer is erased; unknown: a request to erase it, or to lift that, has not succeeded, or Redis may have lost it. */
  erased: 'no' | 'unknown' | 'yes' = 'no';
  /** How many requests to erase it, or to lift that, were sent; and how many to erase it have not ended. */
  erasureRequests = 0;
  pendingErasures = 0;
  /** Older versions were erased, and come back in no process that reaches Redis; null: there was no erasure, or Redis has lost it. */
  removedBelow: Readonly<Record<'reseller' | 'stripe', number>> | null = null;
  /** The last version of each source that each process has called fresh. */
  readonly shown = new Map<string, number>();
  /** The last answer to a read of its own profile that has an entity tag. */
  lastAnswer: { readonly etag: string; readonly text: string } | null = null;
  readonly mark: string;

  readonly subject: Subject;
  private readonly sandbox: Sandbox;

  constructor(subject: Subject, sandbox: Sandbox, run: number) {
    this.subject = subject;
    this.sandbox = sandbox;
    this.customerId = `30${String(run).padStart(6, '0')}${subject.customer}`;
    this.mark = `org${subject.of}-cust${subject.customer}`;
    this.tell();
  }

  change(what: 'reseller' | 'stripe', now: number): void {
    this.versions[what].next(now);
    this.tell();
  }

  /** The version of a name such as `Ravensworth org0-cust1 v3`; null when it is another source's. */
  versionIn(text: unknown, of: 'reseller' | 'stripe'): number | null {
    const [, version] = new RegExp(`^${of} ${this.mark} v(\\d+)`).exec(typeof text === 'string' ? text : '') ?? [];
    return version === undefined ? null : Number(version);
  }

  private tell(): void {
    const name = `reseller ${this.mark} v${this.versions.reseller.current}`;
    const about = 'Of a schedule.';
    this.billing.forEach((billingCustomerId, at) => {
      const customerId = at === 0 ? this.customerId : `${this.customerId}9`;
      const reference = `stripe ${this.mark} v${this.versions.stripe.current} billing${at}`;
      const connectors = {
        stripe: linked(reference, `stripe ${this.mark} v0`, `ledger@org${this.subject.of}.example.com`),
      };
      this.sandbox.customers.put({
        ...{ slug: customerId, about, billingCustomerId, connectors },
        resource: resource(customerId, name),
      });
    });
  }
}

/** Of every customer of every organisation. @param run makes the ids those of this run alone */
export function truths(sandboxes: readonly [Sandbox, Sandbox], run: number): readonly Truth[] {
  return ORGANISATIONS.flatMap((of) => CUSTOMERS.map((customer) => new Truth({ of, customer }, sandboxes[of], run)));
}
