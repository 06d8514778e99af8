import { connectorNames } from '../connectors.ts';

/** Where a fault may be set; `billing` covers the billing customers and every connector without a fault of its own. */
export const faultSources = ['reseller', 'token', 'billing', 'billingCustomers', ...connectorNames] as const;
export type FaultSource = (typeof faultSources)[number];

/** Changes the answer to a request that would have been accepted; refusals and replays are unchanged. */
export type AnswerFault =
  /** `body`: text as it is, anything else as JSON; without it the documented body of that API and status. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Any text as the body: HTML, nothing, `null`, `[]`, truncated JSON. Default status 200, content type application/json. */
  | { readonly kind: 'body'; readonly body: string; readonly status?: number; readonly contentType?: string }
  /** A JSON object of this many decoded bytes, streamed without a Content-Length. */
  | { readonly kind: 'oversized'; readonly bytes: number; readonly gzip?: boolean }
  /** 302 */
  | { readonly kind: 'redirect'; readonly location: string }
  /** The true answer with top-level fields replaced by `patch` and those named in `remove` left out. */
  | {
      readonly kind: 'override';
      readonly patch: Readonly<Record<string, unknown>>;
      readonly remove?: readonly string[];
    };

/** Changes how an answer, of whatever kind, reaches the caller. */
export type DeliveryFault =
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The answer waits until the fault is cleared. */
  | { readonly kind: 'hold' }
  /** The request is accepted and never answered. */
  | { readonly kind: 'hang' }
  /** TCP reset before the headers. */
  | { readonly kind: 'reset' }
  /** Headers and half of the body, then a TCP reset. */
  | { readonly kind: 'reset-mid-body' }
  /** Headers and one byte, then silence. */
  | { readonly kind: 'stall' }
  /** The true body, a byte every `intervalMs`. */
  | { readonly kind: 'drip'; readonly intervalMs: number };

/** `times`: how many requests it hits before it clears itself; without it, all until cleared. */
export type Fault = (AnswerFault | DeliveryFault) & { readonly times?: number };

export function isAnswerFault(fault: Fault): fault is AnswerFault {
  return ['status', 'body', 'oversized', 'redirect', 'override'].includes(fault.kind);
}
