import { Problem } from '../problems/problem.ts';
import { type FeedRead, type FeedState } from './feed/change-feed.ts';
import { HOLE } from './feed/feed-scripts.ts';

/** A place in a feed: after the event with this number. */
export interface FeedPosition {
  readonly epoch: string;
  readonly sequence: number;
  /** The start of a digest of that event; HOLE when it was removed; '' when not known. */
  readonly check: string;
}

const CURSOR = /^([\w-]{12})\.(\d{1,15})\.([\da-f]{8})?$/;

/** Opaque to callers. */
export const cursorOf = ({ epoch, sequence, check }: FeedPosition): string =>
  Buffer.from(`${epoch}.${sequence}.${check}`).toString('base64url');

/** @returns null when it is no cursor of this service */
export function positionOf(cursor: string): FeedPosition | null {
  const found = CURSOR.exec(Buffer.from(cursor, 'base64url').toString());
  if (!found) return null;
  const [, epoch, sequence, check = ''] = found as unknown as readonly [string, string, string, string?];
  return { epoch, sequence: Number(sequence), check };
}

/** The position before the oldest stored event. */
export const beginningOf = ({ epoch, trimmed }: FeedState): FeedPosition => ({ epoch, sequence: trimmed, check: '' });

/** Whether events after this position may have been lost, or are no longer stored. */
export function isGone(
  { epoch, sequence, check }: FeedPosition,
  { state, checkAt }: Omit<FeedRead, 'events'>,
): boolean {
  if (epoch !== state.epoch || sequence < state.trimmed || sequence > state.sequence) return true;
  // An erased event leaves a hole in the numbers; the consumer has missed nothing. It has when the hole is filled.
  return check !== '' && checkAt !== HOLE && check !== checkAt;
}

/** The problem of a consumer that has missed events. */
export const changesGone = (state: FeedState): Problem =>
  new Problem(
    'changes_gone',
    'Events after this cursor are no longer stored, or were lost. Continue from beginAt, and read every profile that you hold again, with If-None-Match.',
    { extensions: { beginAt: cursorOf(beginningOf(state)) } },
  );
