import { type ClientClock } from './clock.ts';
import { type ProblemDocument, ProfileProblem } from './problem.ts';

/** Reads an answer that is an error. */
export async function problemOf(response: Response, clock: ClientClock): Promise<ProfileProblem> {
  const { status, headers } = response;
  const retryAfterMs = retryAfter(headers.get('retry-after'), clock);
  const isProblem = /^application\/problem\+json\b/i.test(headers.get('content-type') ?? '');
  const document = problemDocument(await response.text(), isProblem);
  return new ProfileProblem(status, retryAfterMs, document, headers.get('x-request-id'));
}

function problemDocument(text: string, isProblem: boolean): ProblemDocument | null {
  if (!isProblem) return null;
  try {
    const document = JSON.parse(text) as Partial<ProblemDocument> | null;
    return typeof document?.code === 'string' && typeof document.detail === 'string'
      ? (document as ProblemDocument)
      : null;
  } catch {
    return null;
  }
}

/** `Retry-After` in milliseconds from now: seconds or a date. Null when it says neither. */
function retryAfter(value: string | null, clock: ClientClock): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - clock.timeOfDay());
}
