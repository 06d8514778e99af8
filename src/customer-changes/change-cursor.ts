import { Problem } from '../problems/problem.ts';
import { type FeedRead, type FeedState } from './feed/change-feed.ts';

/** A place in a feed: after the event with this number. */
export interface FeedPosition {
  readonly epoch: string;
  readonly sequence: number;
  /** Says which event has the number; '' when there was none. */
  readonly check: string;
}

const CURSOR = /^([\w-]{12})\.(\d{1,15})\.([\da-f]{8})?$/;

/** Opaque to callers. */
export const cursorOf = ({ epoch, sequence, check }: FeedPosition): string =>
  Buffer.from(`${epoch}.${sequence}.${check}`).toString('base64url');

/** @returns null when it is no cursor of this service */
export function positionOf(cursor: string): FeedPosition | null {
  const [, epoch, sequence, check = ''] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  return epoch === undefined ? null : { epoch, sequence: Number(sequence), check };
}

/** Where the oldest event that is kept follows. */
export const beginningOf = ({ epoch, trimmed }: FeedState): FeedPosition => ({ epoch, sequence: trimmed, check: '' });

/** Whether events after this place may have been lost, or are not kept any more. */
export function isGone(
  { epoch, sequence, check }: FeedPosition,
  { state, checkAt }: Omit<FeedRead, 'events'>,
): boolean {
  if (epoch !== state.epoch || sequence < state.trimmed || sequence > state.sequence) return true;
  // An erased event leaves a hole, which is no gap.
  return check !== '' && checkAt !== '' && check !== checkAt;
}

/** The consumer has missed events. */
export const changesGone = (state: FeedState): Problem =>
  new Problem(
    'changes_gone',
    'Events after this cursor are not kept, or were lost. Continue from beginAt, and read again what you hold, with If-None-Match.',
    { extensions: { beginAt: cursorOf(beginningOf(state)) } },
  );
