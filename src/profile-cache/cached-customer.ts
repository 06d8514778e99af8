import { partOwner, sourcesWith } from '../config/source-names.ts';
import { MAX_BILLING_CUSTOMERS, ownerOf, partField, responseField, STORED_LINK } from './cache-keys.ts';
import { bodyOf, type CachedResponse } from './cached-response.ts';
import { type JudgePart, KeptParts, type PartFields } from './kept-parts.ts';
import { isOwned, ownedBytes, ownedText } from './owned-memory.ts';
import { expired, isLater, linkOf, type Part, type Parts } from './part.ts';

/** The approximate memory of a response without its body. */
const RESPONSE_BYTES = 600;

type ResponseFields = ReadonlyMap<string, CachedResponse>;

/** One customer's cached parts, each once, and the responses made of them. Immutable. */
export class CachedCustomer {
  static readonly EMPTY = new CachedCustomer('0', new Map(), new Map());
  private keptForm: KeptCustomer | null = null;

  /**
   * @param version a new one after every write
   * @param parts by field
   * @param responses by field
   */
  constructor(
    readonly version: string,
    private readonly parts: PartFields | KeptParts,
    private readonly responses: ResponseFields,
  ) {}

  /** The same customer in memory of its own. */
  kept(): KeptCustomer {
    this.keptForm ??= this.toKept();
    return this.keptForm;
  }

  /** The response of a variant. */
  response(variant: string): CachedResponse | null {
    return this.responses.get(responseField(variant)) ?? null;
  }

  /** A source's part. */
  part(source: string, variant: string, billingCustomerId: string | null): Part | null {
    return this.fields.get(partField(source, variant, billingCustomerId)) ?? null;
  }

  /** The parts of a variant, by source; connectors only of the billing customer that its link names. */
  partsOf(variant: string): Parts {
    const own = sourcesWith([]).flatMap((source) => {
      const part = this.part(source, variant, null);
      return part ? [[source, part] as const] : [];
    });
    const parts: Parts = Object.fromEntries(own);
    const linked = linkOf(parts.billing);
    return linked === null ? parts : { ...parts, ...this.connectorsOf(linked) };
  }

  /** The connectors' parts of a billing customer, by source. */
  connectorsOf(billingCustomerId: string): Parts {
    const suffix = `@${billingCustomerId}`;
    const fields = [...this.fields].filter(([field]) => field.endsWith(suffix) && !field.startsWith('link@'));
    return Object.fromEntries(fields.map(([field, part]) => [field.slice(0, -suffix.length), part]));
  }

  /**
   * A copy with these parts and the response made of them in place of older ones, by the rules of the script in Redis: it
   * drops responses made of older parts, and billing customers beyond the maximum. It does not take the response when it
   * has a later part.
   */
  with(
    version: string,
    parts: PartFields,
    response: CachedResponse | null,
    variant: string,
    now: number,
  ): CachedCustomer {
    const fields = new Map(this.fields);
    const written = [...parts].filter(([field, part]) => {
      const present = fields.get(field);
      return !present || !isLater(present, part, now);
    });
    for (const [field, part] of written) fields.set(field, part);
    const linked = linkOf(fields.get('link'));
    const outdated = new Set(written.map(([field]) => responseMadeOf(field, linked)));
    const responses = new Map([...this.responses].filter(([field]) => !outdated.has('all') && !outdated.has(field)));
    if (written.length === parts.size) {
      responses.delete(responseField(variant));
      if (response) responses.set(responseField(variant), response);
    }
    const named = new Set([linkOf(fields.get(partField('billing', variant, null))), variant]);
    const leaving = beyondBound(fields, linked, named);
    const isKept = ([field]: readonly [string, unknown]): boolean => !leaving.has(billingCustomerOf(field) ?? '');
    return new CachedCustomer(version, new Map([...fields].filter(isKept)), new Map([...responses].filter(isKept)));
  }

  /** A copy with the later parts of another state of the same customer, and no response. */
  withLaterOf(other: CachedCustomer, now: number): CachedCustomer {
    const later = [...other.fields].filter(([field, part]) => {
      const present = this.fields.get(field);
      return !present || isLater(part, present, now);
    });
    return new CachedCustomer(this.version, new Map([...this.fields, ...later]), new Map());
  }

  /** A copy with every part expired, for when nothing confirms them. */
  expired(now: number): CachedCustomer {
    const parts = new Map([...this.fields].map(([field, part]) => [field, expired(part, now)]));
    return new CachedCustomer(this.version, parts, new Map());
  }

  /** A copy with its parts judged again, and the responses that still hold. */
  judgedBy(judge: JudgePart, holds: (response: CachedResponse) => boolean): CachedCustomer {
    const parts = this.parts instanceof KeptParts ? this.parts : KeptParts.of(this.parts);
    const responses = [...this.responses].filter(([, response]) => holds(response));
    return new CachedCustomer(this.version, parts.judgedBy(judge), new Map(responses));
  }

  /** A copy without the parts of a source, and without responses. */
  without(source: string): CachedCustomer {
    const parts = [...this.fields].filter(([field]) => ownerOf(field).source !== source);
    return new CachedCustomer(this.version, new Map(parts), new Map());
  }

  private toKept(): KeptCustomer {
    const parts = this.parts instanceof KeptParts ? this.parts : KeptParts.of(this.parts);
    const responses = [...this.responses].map(
      ([field, response]) => [ownedText(field), keptResponse(response)] as const,
    );
    const bytes = responses.reduce((sum, [, { body }]) => sum + RESPONSE_BYTES + body.length, parts.bytes);
    const customer = new CachedCustomer(this.version, parts, new Map(responses));
    customer.keptForm = { customer, bytes };
    return customer.keptForm;
  }

  private get fields(): PartFields {
    return this.parts instanceof KeptParts ? this.parts.read() : this.parts;
  }
}

/** A customer that shares no memory with anything else. */
export interface KeptCustomer {
  readonly customer: CachedCustomer;
  /** The approximate memory of the customer. */
  readonly bytes: number;
}

function keptResponse(response: CachedResponse): CachedResponse {
  if (typeof response.body === 'string') return response;
  const body = bodyOf(response.body);
  if (typeof body === 'string') return { ...response, body };
  return isOwned(body) ? response : { ...response, body: ownedBytes([body]) };
}

/** The field of the response that is outdated when a part is written; `all` when any may be. */
function responseMadeOf(partName: string, linked: string | null): string {
  const id = billingCustomerOf(partName);
  const isOfAll = partOwner(ownerOf(partName).source) === 'customer' || (id !== null && id === linked);
  return isOfAll ? 'all' : responseField(id ?? STORED_LINK);
}

/** The billing customers beyond the maximum, the ones checked longest ago; never the stored link's or those just written. */
function beyondBound(
  fields: PartFields,
  linked: string | null,
  written: ReadonlySet<string | null>,
): ReadonlySet<string> {
  const checkedAt = new Map<string, number>();
  for (const [field, part] of fields) {
    const id = billingCustomerOf(field);
    if (id !== null && id !== linked) checkedAt.set(id, Math.max(part.checkedAt, checkedAt.get(id) ?? 0));
  }
  const excess = checkedAt.size - MAX_BILLING_CUSTOMERS;
  if (excess <= 0) return new Set();
  const others = [...checkedAt].filter(([id]) => !written.has(id)).sort(([, one], [, other]) => one - other);
  return new Set(others.slice(0, excess).map(([id]) => id));
}

const billingCustomerOf = (field: string): string | null => /@(.*)$/.exec(field)?.[1] ?? null;

/** The field of each of a variant's parts, by source. */
export function fieldsOf(parts: Parts, variant: string): ReadonlyMap<string, string> {
  const billingCustomerId = linkOf(parts.billing);
  return new Map(Object.keys(parts).map((source) => [source, partField(source, variant, billingCustomerId)]));
}
