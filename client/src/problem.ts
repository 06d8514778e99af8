import { type components, PROBLEM_CODES } from './api.ts';

/** What the service says of an error. */
export type ProblemDocument = components['schemas']['Problem'];

/** A closed list; docs/errors.md of the service explains each. */
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** One place of the request that breaks a rule. */
export type ValidationIssue = NonNullable<ProblemDocument['errors']>[number];

/** The service, or something before it, answered with an error. */
export class ProfileProblem extends Error {
  override readonly name = 'ProfileProblem';
  /** `unrecognised`: no problem of the service that this version of the client knows; a gateway may have answered. */
  readonly code: ProblemCode | 'unrecognised';
  readonly status: number;
  readonly detail: string;
  /** Under this id the log of the service has more; null when the answer has none. */
  readonly requestId: string | null;
  /** Every issue of the request; empty when it is not about the request. */
  readonly errors: readonly ValidationIssue[];

  /** When to try again; null when the answer does not say. */
  readonly retryAfterMs: number | null;
  /** All that was answered; null when it is no problem document. */
  readonly document: ProblemDocument | null;

  constructor(status: number, retryAfterMs: number | null, document: ProblemDocument | null, requestId: string | null) {
    const detail = document?.detail ?? 'The answer is no problem document of the service.';
    super(`${status}${document ? ` ${document.code}` : ''}: ${detail}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.document = document;
    this.detail = detail;
    this.code = PROBLEM_CODES.find((code) => code === document?.code) ?? 'unrecognised';
    this.requestId = document?.requestId ?? requestId;
    this.errors = document?.errors ?? [];
  }
}

/** The time of the call was over before the answer had come. */
export class ProfileTimeout extends Error {
  override readonly name = 'ProfileTimeout';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`No answer within ${timeoutMs} ms.`);
    this.timeoutMs = timeoutMs;
  }
}

/** A stream ended before its last line, so some of it is missing. */
export class CutOff extends Error {
  override readonly name = 'CutOff';
}
