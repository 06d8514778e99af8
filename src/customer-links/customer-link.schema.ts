import Type from 'typebox';
import { array, instant, object, orNull, type ReadonlyStatic, text, uuid } from '../openapi/json-schema.ts';

const at = { ...instant, examples: ['2026-11-21T09:30:00.000Z'] };
const caller = { ...orNull(text), examples: ['order-service'] };

/** A link as lists and exports show it: without its history. */
export const ListedLink = object({
  customerId: { ...text, examples: ['9876543210'] },
  billingCustomerId: uuid,
  linkedAt: at,
  linkedBy: { ...caller, description: 'The caller who stored it; null when unknown.' },
});
export type ListedLink = ReadonlyStatic<typeof ListedLink>;

/** An earlier link: when and by whom it was stored, replaced or removed. */
const LinkHistoryEntry = object({
  billingCustomerId: uuid,
  linkedAt: at,
  linkedBy: { ...caller, description: 'The caller who had stored it.' },
  endedAt: { ...at, description: 'When it was replaced or removed.' },
  endedBy: { ...caller, description: 'The caller who replaced or removed it.' },
});
export type LinkHistoryEntry = ReadonlyStatic<typeof LinkHistoryEntry>;

/** The explicit link of a reseller customer to a billing customer, a lower-case UUID. */
export const CustomerLink = object({
  ...ListedLink.properties,
  history: array(LinkHistoryEntry, 'Earlier links, newest first, at most a hundred.'),
});
export type CustomerLink = ReadonlyStatic<typeof CustomerLink>;

/** Stands for a link that cannot be read. */
export interface UnreadableEntry {
  readonly customerId: string;
  readonly code: 'link_unreadable';
}

/** One page of an organisation's links. */
export const CustomerLinks = object({
  links: array(ListedLink),
  unreadable: Type.Optional(
    array(text, 'Customers of this page whose stored links cannot be read; absent: none. They are not in links.'),
  ),
  nextCursor: { ...orNull(text), description: 'null: this is the last page.' },
});
export type CustomerLinks = ReadonlyStatic<typeof CustomerLinks>;
