import { type CustomerView, type Part } from '../reading/view.ts';
import { inSentence, listOf, sentence } from './names.ts';
import { hasAnswered } from './states.ts';
import { clockTime } from './times.ts';

/** The name when it may be seen, else the id. */
export function titleOf({ customerId, explanation }: CustomerView): string {
  const name = explanation.valuesShown ? explanation.fields.name.value : null;
  return typeof name === 'string' ? name : `Customer ${customerId}`;
}

/** The customer's status and which sources answered: "Active. 11 of 12 sources answered; NetSuite has not since 14:02." */
export function headlineOf(view: CustomerView, now: number): string {
  return [statusOf(view), ...answersOf(view.explanation.parts, now)].filter((text) => text !== '').join(' ');
}

function statusOf({ status }: CustomerView): string {
  if (status === null) return '';
  return status.label === null ? `Its status has the code ${status.code}.` : `${sentence(status.label)}.`;
}

function answersOf(parts: readonly Part[], now: number): readonly string[] {
  const sources = parts.filter(({ source, refresh }) => source !== 'billing' && !isLeftOut(refresh.why));
  const notLinked = parts.filter(({ source, refresh }) => source !== 'billing' && isLeftOut(refresh.why)).length;
  const missing = sources.filter((part) => !hasAnswered(part) || part.failure !== null);
  const unlinked = notLinked > 0 ? [`No billing customer is known, so ${notLinked} connectors are not asked.`] : [];
  if (sources.length > 0 && sources.every(({ state, failure }) => state === 'absent' && failure === null))
    return ['Nothing is cached of this customer.', ...unlinked];
  return [`${answered(sources, missing, now)}.`, ...unlinked];
}

const isLeftOut = (why: string): boolean => why === 'no_link' || why === 'customer_unknown';

function answered(sources: readonly Part[], missing: readonly Part[], now: number): string {
  const [only, another] = sources;
  if (only && !another)
    return sentence(
      missing.length === 0 ? `${inSentence(only.source)} answered` : missingOf(missing, now, ' answered'),
    );
  if (missing.length === 0) return `All ${sources.length} sources answered`;
  return `${sources.length - missing.length} of ${sources.length} sources answered; ${missingOf(missing, now)}`;
}

function missingOf(missing: readonly Part[], now: number, verb = ''): string {
  const [only] = missing;
  const names = listOf(missing.map(({ source }) => inSentence(source)));
  if (missing.length > 1 || !only) return `${names} have not`;
  const since = only.fetchedAt === null ? '' : ` since ${clockTime(only.fetchedAt, now)}`;
  return `${names} has not${verb}${since}`;
}
