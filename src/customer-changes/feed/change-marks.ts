import { Injectable } from '@nestjs/common';
import { Clock } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { isoInstant } from '../../config/iso-dates.ts';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { isObject, parseJson } from '../../json/json.ts';
import { open, seal } from '../../redis/cipher.ts';
import { type StoredChange } from './change.ts';
import { marksKey } from './change-keys.ts';
import { differenceOf, marksOf, type ProfileContent } from './profile-content.ts';

/** The values of a customer's marks, as the scripts return them. */
export type ReadMarks = readonly (string | null)[];

/** The marks in a script's reply; null: the script has marked nothing. */
export const marksIn = (reply: unknown): ReadMarks | null => (Array.isArray(reply) ? (reply as ReadMarks) : null);

/** The values with which a script notes new content, in the order of the parameters of `noteContent`. */
export type ContentNote = readonly [digest: string, summary: string, event: string, now: number];

/** A change that is not in the feed yet. */
export interface PendingChange {
  readonly revision: number;
  readonly change: StoredChange;
}

/** Writes and reads a customer's marks. With encryption keys it seals the summaries, because a few letters say much about a short value. */
@Injectable()
export class ChangeMarks {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  ofContent(customer: CustomerKey, content: ProfileContent): ContentNote {
    const { etag, billingCustomerId } = content;
    const event = JSON.stringify({ billingCustomerId, etag, at: this.now() });
    const { digest, summary } = marksOf(content);
    return [digest, this.sealed(customer, summary), event, this.clock.now()];
  }

  /** The reseller customers API no longer knows the customer. */
  ofRemoval(): ContentNote {
    return ['removed', '', JSON.stringify({ billingCustomerId: null, etag: null, at: this.now() }), this.clock.now()];
  }

  /** @param billingCustomerId null: the link was removed */
  ofLink(billingCustomerId: string | null): readonly [event: string, now: number] {
    return [JSON.stringify({ billingCustomerId, at: this.now() }), this.clock.now()];
  }

  /** The marked changes, in order. Unreadable marks count as a change of everything. */
  pending(customer: CustomerKey, marks: ReadMarks): readonly PendingChange[] {
    const [changed, from, digest, summary, event, linkChanged, linkEvent] = marks;
    const { customerId } = customer;
    const pending: PendingChange[] = [];
    if (changed) {
      const before = this.opened(customer, from ?? '');
      const isRemoved = digest === 'removed';
      const difference = isRemoved
        ? { fields: [], sources: ['reseller' as const] }
        : differenceOf(before, this.opened(customer, summary ?? ''));
      const type = isRemoved ? 'removed' : from ? 'changed' : 'added';
      const { billingCustomerId, etag, at } = this.facts(event);
      pending.push({
        revision: Number(changed),
        change: { type, customerId, billingCustomerId, ...difference, etag, at },
      });
    }
    if (linkChanged) {
      const { billingCustomerId, at } = this.facts(linkEvent);
      const difference = { fields: ['billingCustomerId'], sources: ['billing'] } as const;
      const change = { type: 'link_changed', customerId, billingCustomerId, ...difference, etag: null, at } as const;
      pending.push({ revision: Number(linkChanged), change });
    }
    return pending.sort((one, other) => one.revision - other.revision);
  }

  private facts(event: string | null | undefined): Pick<StoredChange, 'billingCustomerId' | 'etag' | 'at'> {
    const read = parseJson(Buffer.from(event ?? ''));
    const facts = isObject(read) ? read : {};
    const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
    return {
      billingCustomerId: textOf(facts.billingCustomerId),
      etag: textOf(facts.etag),
      at: textOf(facts.at) ?? this.now(),
    };
  }

  private sealed(customer: CustomerKey, summary: string): string {
    const [key] = this.config.encryptionKeys;
    return key ? seal(Buffer.from(summary), marksKey(customer), key).toString('base64') : summary;
  }

  private opened(customer: CustomerKey, summary: string): string {
    const { encryptionKeys } = this.config;
    if (encryptionKeys.length === 0) return summary;
    return open(Buffer.from(summary, 'base64'), marksKey(customer), encryptionKeys)?.toString() ?? '';
  }

  private now(): string {
    return isoInstant(this.clock.now());
  }
}
