import { type MergePolicy } from '../../config/merge-policy/merge-policy.ts';
import { type ProfileParts } from '../../profile-merge/profile-parts.ts';
import { type ReadRequirements } from '../../profile-refresh/read-requirements.ts';
import { type Deadline } from '../../resilience/deadline.ts';
import { type CallerTime } from './caller-deadline.ts';

/** One read, checked and complete. */
export interface ProfileQuery extends ReadRequirements {
  readonly view: ProfileView;
  /** The header as it was sent. */
  readonly ifNoneMatch: string | undefined;
  /** The caller's time, which also ends when the caller leaves; made once, when first needed. Dispose of it. */
  readonly deadline: () => Deadline;
  /** The same time, to ask how much is left. */
  readonly time: Pick<CallerTime, 'remainingMs'>;
}

/** The projection of a profile that an answer shows. */
export interface ProfileView {
  /** Whether it is the whole record of all configured sources, which the cache keeps ready to be sent. */
  readonly isFullRecord: boolean;
  /** @throws Problem for a failure of a source for which this view has its own error */
  readonly assertAnswerable?: (parts: ProfileParts) => void;
  /** @throws Problem when the profile lacks it */
  readonly render: ProfileRenderer<unknown>;
}

/** Makes the content of an answer. @param now epoch ms */
export type ProfileRenderer<Content> = (
  query: ReadRequirements,
  parts: ProfileParts,
  now: number,
  policy: MergePolicy,
) => Content;
