import { type Profile } from '../../../client/src/index.ts';
import { type Part } from '../reading/view.ts';
import { inSentence, sentence } from './names.ts';
import { clockTime, duration } from './times.ts';

/** A source's condition. A word and a shape show it, never colour alone. */
export type Standing = 'good' | 'nothing' | 'old' | 'failed' | 'waiting';

type ProfileSource = Profile['sources'][number];
type FailureState = NonNullable<ProfileSource['lastAttempt']>['state'];

const ANSWERS: Readonly<Record<string, readonly [Standing, string]>> = {
  ok: ['good', 'Answered'],
  linked: ['good', 'Linked'],
  linked_no_reference: ['good', 'Linked, without a reference'],
  not_linked: ['nothing', 'Not linked'],
  integration_removed: ['nothing', 'Integration removed'],
  customer_unknown: ['nothing', 'Customer not known'],
  unlinked: ['nothing', 'No link'],
} satisfies Record<Exclude<ProfileSource['state'], FailureState>, readonly [Standing, string]>;

const FAILURES: Readonly<Record<string, readonly [word: string, what: string]>> = {
  unauthorised: ['Refused', 'refused the service’s credentials'],
  throttled: ['Throttled', 'asked the service to wait, because of too many calls'],
  timeout: ['Timed out', 'did not answer in time'],
  upstream_error: ['Error', 'answered with an error'],
  malformed: ['Unreadable', 'gave an answer that cannot be read'],
  circuit_open: ['Not asked', 'was not asked, because nearly all calls to it fail'],
  skipped_budget: ['Not asked', 'was not asked, because the time of the request was over'],
  overloaded: ['Not asked', 'was not asked, because too many calls to it are under way'],
  link_store_unavailable: ['Not known', 'was not known, because Redis did not answer'],
} satisfies Record<FailureState, readonly [string, string]>;

const NOT_ASKED: Readonly<Record<string, string>> = {
  no_link: 'No billing customer is known.',
  customer_unknown: 'There is no such customer.',
};

/** Whether the source gave a definite answer. */
export const hasAnswered = ({ state }: Part): boolean => state in ANSWERS;

export function standingOf(part: Part): { readonly standing: Standing; readonly word: string } {
  const { state, failure } = part;
  const answer = ANSWERS[state];
  if (answer) {
    const [standing, word] = answer;
    return failure === null ? { standing, word } : { standing: 'old', word: `${word}, old` };
  }
  const word = FAILURES[failure?.state ?? state]?.[0];
  if (word !== undefined) return { standing: 'failed', word };
  const absent = part.refresh.why in NOT_ASKED ? 'Not asked' : 'Not asked yet';
  return { standing: 'waiting', word: state === 'absent' ? absent : sentence(state.replaceAll('_', ' ')) };
}

/** Sentences that say why there is no fresh answer; empty when there is one. */
export function reasonOf(part: Part, now: number): readonly string[] {
  const { source, failure, refresh } = part;
  if (failure === null) {
    const why = hasAnswered(part) ? undefined : NOT_ASKED[refresh.why];
    return why === undefined ? [] : [why];
  }
  const what = FAILURES[failure.state]?.[1] ?? `failed: ${failure.state}`;
  const attempts =
    failure.attempts > 1
      ? `, the last of ${failure.attempts} failed attempts since ${clockTime(failure.since, now)}`
      : '';
  const more = failure.reason === null ? '' : ` (${failure.reason})`;
  return [
    `At ${clockTime(failure.at, now)} ${inSentence(source)} ${what}${attempts}${more}.`,
    reachOf(part, failure, now),
    ...(hasAnswered(part) ? [`Its answer of ${ageOf(part)} ago stands in.`] : []),
  ];
}

const ageOf = ({ ageSeconds }: Part): string => duration(ageSeconds ?? 0);

const EVERYBODY = ['unauthorised', 'throttled', 'overloaded', 'circuit_open', 'link_store_unavailable'];

/** Whether the source fails for all customers or for this one only, as far as the answering process knows. */
function reachOf({ breaker, lastAnswerAt }: Part, { state, since }: NonNullable<Part['failure']>, now: number): string {
  if (EVERYBODY.includes(state) || breaker === 'open') return 'It fails for everybody.';
  if (breaker === 'half-open') return 'It has failed for everybody, and is being tried again.';
  if (state === 'skipped_budget') return 'That concerns this request alone.';
  if (lastAnswerAt === null) return 'It may fail for everybody: this process has had no answer from it.';
  const last = clockTime(lastAnswerAt, now);
  if (Date.parse(lastAnswerAt) > Date.parse(since))
    return `It fails for this customer only: it has answered for others since, at ${last}.`;
  return `Whether it fails for others is not known: this process had its last answer from it at ${last}.`;
}

/** When the source is asked next; empty: it is not. @param elapsed seconds since the explanation */
export function askedAgain(part: Part, elapsed: number): string {
  const { failure, refresh, freshForSeconds } = part;
  if (refresh.why in NOT_ASKED) return '';
  const left = (failure ? failure.retryInSeconds : freshForSeconds) - elapsed;
  const again = part.state === 'absent' && failure === null ? 'asked' : 'asked again';
  return refresh.asked || left <= 0 ? `${again} at the next read` : `${again} in ${duration(left)}`;
}
