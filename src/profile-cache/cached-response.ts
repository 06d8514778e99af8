import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { dueAt, isDefinite, linkOf, type Part } from './part.ts';

/** A response ready to be sent, with its validators and times; made once, sent many times, never changed. */
export interface CachedResponse {
  /** JSON, in UTF-8. A text is pure ASCII: Node sends it in one piece with the headers. */
  readonly body: Buffer | string;
  /** Weak entity tag (RFC 9110, section 8.8.3), quotes included. */
  readonly etag: string;
  readonly complete: boolean;
  /** Epoch ms: when the oldest part was fetched. */
  readonly fetchedAt: number;
  /** Epoch ms: when the newest part was fetched. */
  readonly newestAt: number;
  /** Epoch ms: the oldest of the sources' last attempts, successful or not. */
  readonly checkedAt: number;
  /** Epoch ms: when the first part is due. */
  readonly dueAt: number;
  /** The policy version and connectors it was merged with. A response that was merged with others is not sent. */
  readonly mergeKey: string;
  /** The billing customer whose connectors it shows. */
  readonly billingCustomerId: string | null;
  /** The last wide invalidation that concerned it when it was made. After a later one it is made again. */
  readonly wideNumber: number;
}

/**
 * The response with this content, for one organisation: no other organisation has its entity tag.
 * @param parts the parts of which the content was made
 * @param wideNumber the last wide invalidation that concerns it
 */
export function toResponse(
  organisation: string,
  content: unknown,
  parts: Readonly<Record<string, Part>>,
  mergeKey: string,
  wideNumber: number,
): CachedResponse {
  const all = Object.values(parts);
  return {
    body: Buffer.from(JSON.stringify(content)),
    etag: weakEtag(content, `${organisation} ${mergeKey}`),
    complete: all.every(isDefinite),
    fetchedAt: Math.min(...all.map((part) => part.fetchedAt)),
    newestAt: Math.max(...all.map((part) => part.fetchedAt)),
    checkedAt: Math.min(...all.map((part) => part.checkedAt)),
    dueAt: Math.min(...all.map(dueAt)),
    mergeKey,
    billingCustomerId: linkOf(parts.billing),
    wideNumber,
  };
}

/** These bytes as a body, in the form that is sent at the least cost. */
export const bodyOf = (bytes: Buffer): CachedResponse['body'] => (isAscii(bytes) ? bytes.toString('latin1') : bytes);

/** Members that say when a source was called. They change with every fetch; the content does not. */
const MOMENTS: ReadonlySet<string> = new Set(['fetchedAt', 'checkedAt', 'changedAt', 'at']);

/**
 * A weak entity tag over content, not over fetch times: equal as long as a reader would learn nothing new.
 * @param made the rules that made the content, such as a version of the merge policy
 */
export function weakEtag(content: unknown, made: string): string {
  const text = JSON.stringify(content, (name, value: unknown) => (MOMENTS.has(name) ? undefined : value));
  return `W/"${createHash('sha256').update(made).update('\n').update(text).digest('base64url').slice(0, 22)}"`;
}
