import Type, { type TOptional, type TString } from 'typebox';
import { RIGHTS } from '../config/callers/rights.ts';
import { enumeration, type ReadonlyStatic, text } from '../openapi/json-schema.ts';
import { type TraceScope } from '../telemetry/traces/trace-scope.ts';

/**
 * The closed list of errors a caller can meet. Each code is a heading in `docs/errors.md`; a test keeps the two equal.
 * Statuses after RFC 9110.
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Credentials are missing or not valid' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  unknown_organisation: { status: 403, title: 'The organisation is not configured' },
  route_not_found: { status: 404, title: 'There is no such route' },
  customer_not_found: { status: 404, title: 'The customer does not exist' },
  erasure_not_found: { status: 404, title: 'The customer is not erased' },
  link_not_found: { status: 404, title: 'The customer has no stored link' },
  connector_not_linked: { status: 400, title: 'The customer is not linked to this connector' },
  integration_removed: { status: 400, title: 'The integration is no longer available' },
  billing_request_failed: { status: 400, title: 'The billing platform could not process the request' },
  billing_customer_not_found: { status: 404, title: 'The billing customer does not exist' },
  method_not_allowed: { status: 405, title: 'The route does not accept this method' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  erasure_in_progress: { status: 409, title: 'The erasure is not complete' },
  customer_erased: { status: 410, title: 'The customer was erased' },
  changes_gone: { status: 410, title: 'Changes after this cursor are no longer stored' },
  precondition_failed: { status: 412, title: 'The link does not meet the condition of the request' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is of the wrong media type' },
  billing_customer_id_invalid: { status: 422, title: 'The billing customer’s id is not a valid UUID' },
  too_many_requests: { status: 429, title: 'The caller is over its limit' },
  headers_too_large: { status: 431, title: 'The request headers are too large' },
  internal_error: { status: 500, title: 'The service failed' },
  billing_platform_failed: { status: 500, title: 'The billing platform failed' },
  source_failed: { status: 502, title: 'A required source failed' },
  source_unavailable: { status: 503, title: 'A required source is unavailable' },
  overloaded: { status: 503, title: 'The service is overloaded' },
  cache_unavailable: { status: 503, title: 'The cache of profiles is unavailable' },
  link_store_unavailable: { status: 503, title: 'Links cannot be stored or read now' },
  changes_unavailable: { status: 503, title: 'Changes cannot be read now' },
  erasure_unavailable: { status: 503, title: 'Customers cannot be erased now' },
  lookup_unavailable: { status: 503, title: 'Customers cannot be looked up now' },
  audit_unavailable: { status: 503, title: 'Audit lines cannot be written now' },
  import_busy: { status: 503, title: 'Too many imports in progress' },
  not_cached: { status: 504, title: 'No suitable response is cached' },
  source_timeout: { status: 504, title: 'A required source did not answer in time' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One issue of a request: its place and the rule it breaks, never the sent value. */
const ValidationIssue = Type.Object({
  in: enumeration(['path', 'query', 'header', 'body']),
  name: Type.Optional(
    Type.String({ description: 'Absent: the issue does not concern a documented parameter or member.' }),
  ),
  detail: Type.String({ description: 'The rule.' }),
});
export type ValidationIssue = ReadonlyStatic<typeof ValidationIssue>;

const optionalText = (description: string): TOptional<TString> => Type.Optional(Type.String({ description }));

/** The body of every error (RFC 9457). */
export const ProblemBody = Type.Object({
  type: Type.String({
    format: 'uri-reference',
    description: 'The heading in docs/errors.md that explains this code.',
  }),
  title: text,
  status: Type.Integer(),
  detail: Type.String({ description: 'What happened this time, and what to do. Never repeats a sent value.' }),
  code: enumeration(Object.keys(PROBLEMS) as ProblemCode[]),
  requestId: Type.String({ description: 'The id of the request in the log.' }),
  traceId: optionalText('When requests are traced: the trace of this one (W3C Trace Context).'),
  spanId: optionalText('With `traceId`: the span of this request.'),
  source: optionalText('The source that caused the error.'),
  state: optionalText('The state of that source.'),
  errors: Type.Optional(Type.Array(ValidationIssue, { description: 'Every issue of the request.' })),
  error_code: optionalText('On the single-connector route: the billing platform’s own code.'),
  status_code: Type.Optional(
    Type.Integer({ description: 'On the single-connector route, with 422: the billing platform’s own number.' }),
  ),
  right: Type.Optional(enumeration(RIGHTS, { description: 'With `forbidden`: the right that the caller lacks.' })),
  'violated-policies': Type.Optional(
    Type.Array(text, { description: 'With `too_many_requests`: the limits, by their names in `RateLimit-Policy`.' }),
  ),
  beginAt: optionalText('With `changes_gone`: the cursor to continue from.'),
  message: optionalText('On the single-connector route: the billing platform’s own sentence.'),
});
type ProblemBody = ReadonlyStatic<typeof ProblemBody>;

interface ProblemMore extends Pick<ProblemBody, 'source' | 'state' | 'errors'> {
  /** Further members of the body (RFC 9457, section 3.2). */
  readonly extensions?: Pick<
    ProblemBody,
    'error_code' | 'status_code' | 'message' | 'right' | 'violated-policies' | 'beginAt'
  >;
  /** Response headers beyond the body. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A word of a closed list, only for the log. */
  readonly reason?: string;
  /** Only for the log. */
  readonly cause?: unknown;
}

/** An error with two texts: `detail` for the caller, `cause` for the log. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly more: ProblemMore;

  constructor(code: ProblemCode, detail: string, more: ProblemMore = {}) {
    super(detail, { cause: more.cause });
    this.code = code;
    this.more = more;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  /**
   * The answer's body after RFC 9457.
   * @param publicUrl the part of a URL before `/docs`; '' for a path
   * @param trace of the request; null: it is not traced
   */
  toBody(requestId: string, publicUrl: string, trace: TraceScope | null = null): ProblemBody {
    const { source, state, errors, extensions } = this.more;
    return {
      type: `${publicUrl}/docs/errors.md#${this.code}`,
      title: PROBLEMS[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      requestId,
      ...trace?.fields,
      ...(source === undefined ? {} : { source }),
      ...(state === undefined ? {} : { state }),
      ...(errors === undefined ? {} : { errors }),
      ...extensions,
    };
  }
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';
