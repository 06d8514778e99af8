import { type CustomerKey } from '../../customer-ids/customer-key.ts';

/** Events were removed. */
const REMOVED = 'removed';
/** Events of a customer were appended. */
const CHANGED = 'changed';
/** The feed has lost events, and has begun a new epoch. */
const LOST = 'lost';

/** Whose profile may differ from what was read before. */
export type Changed = CustomerKey | 'all';

/** A message of the feed's channel: an organisation, what has happened to its feed, and the customer; the latter two may be missing. */
export interface FeedMessage {
  readonly organisation: string;
  readonly isRemoval: boolean;
  /** null: no profile differs. */
  readonly changed: Changed | null;
}

export const removedMessage = (organisation: string): string => `${organisation} ${REMOVED}`;
export const lostMessage = (organisation: string): string => `${organisation} ${LOST}`;
export const changedMessage = (organisation: string, customerId: string): string =>
  `${organisation} ${CHANGED} ${customerId}`;

export function readFeedMessage(message: string): FeedMessage {
  const [organisation = '', what, customerId] = message.split(' ');
  const customer = what === CHANGED && customerId !== undefined ? { organisation, customerId } : null;
  return { organisation, isRemoval: what === REMOVED, changed: what === LOST ? 'all' : customer };
}
