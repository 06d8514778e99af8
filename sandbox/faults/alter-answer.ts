import type { Answer } from '../answer.ts';
import type { AnswerFault } from './fault.ts';

/**
 * The answer a fault makes of the true one. Headers stay, unless the fault names them.
 * @param documented gives the documented answer of a status, whose body is sent where the fault brings none
 */
export function alterAnswer(answer: Answer, fault: AnswerFault, documented: (status: number) => Answer): Answer {
  const { headers } = answer;
  switch (fault.kind) {
    case 'status': {
      const body = fault.body === undefined ? documented(fault.status).body : text(fault.body);
      return { status: fault.status, headers: { ...headers, ...fault.headers }, body };
    }
    case 'body': {
      const contentType = fault.contentType ?? 'application/json';
      return { status: fault.status ?? 200, headers: { ...headers, 'Content-Type': contentType }, body: fault.body };
    }
    case 'oversized':
      return { ...answer, status: 200, body: { bytes: fault.bytes, gzip: fault.gzip ?? false } };
    case 'redirect':
      return { status: 302, headers: { ...headers, Location: fault.location }, body: '' };
    case 'override':
      return { ...answer, body: overridden(answer, fault.patch, fault.remove ?? []) };
  }
}

function text(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Only JSON objects have fields to replace; the ping's plain text stays. */
function overridden(
  answer: Answer,
  patch: Readonly<Record<string, unknown>>,
  remove: readonly string[],
): Answer['body'] {
  if (typeof answer.body !== 'string' || !answer.body.startsWith('{')) return answer.body;
  const fields = { ...(JSON.parse(answer.body) as Record<string, unknown>), ...patch };
  return JSON.stringify(Object.fromEntries(Object.entries(fields).filter(([name]) => !remove.includes(name))));
}
