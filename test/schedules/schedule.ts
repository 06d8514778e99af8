import fc from 'fast-check';

export const ORGANISATIONS = [0, 1] as const;
export const CUSTOMERS = [0, 1] as const;
export const PROCESSES = [0, 1, 2] as const;
export const FORMS = ['stored', 'named', 'other', 'fields', 'connectors', 'one', 'batch', 'explanation'] as const;
export const DIRECTIVES = ['', 'no-cache', 'max-age=1', 'max-stale', 'only-if-cached'] as const;
export const UPSTREAM_FAULTS = [
  'hang', 'reset', 'reset-mid-body', 'status-500', 'gateway-404', 'html', 'truncated', 'throttled', 'one-401', 'slow',
] as const; // prettier-ignore
export const SOURCES = ['reseller', 'stripe', 'token'] as const;
/** How much time passes: a moment, or as long as a copy, a failure, a fresh part is kept, or a process goes on without Redis. */
export const SPANS = ['moment', 'local', 'failure', 'fresh', 'disconnected'] as const;

export type Organisation = (typeof ORGANISATIONS)[number];
export type Form = (typeof FORMS)[number];
export type Source = (typeof SOURCES)[number];
export type UpstreamFault = (typeof UPSTREAM_FAULTS)[number];
export type Span = (typeof SPANS)[number];

/** A customer of an organisation. */
export interface Subject {
  readonly of: Organisation;
  readonly customer: number;
}

/** One thing that happens. `by` is the process that is asked. A read that is not awaited goes on beside the next steps. */
export type Step =
  | (Subject & {
      readonly kind: 'read';
      readonly by: number;
      readonly form: Form;
      readonly directive: string;
      readonly awaited: boolean;
    })
  | (Subject & { readonly kind: 'change'; readonly what: 'reseller' | 'stripe' })
  | (Subject & { readonly kind: 'forget'; readonly by: number; readonly source: '' | 'reseller' | 'stripe' })
  | (Subject & {
      readonly kind: 'invalidate';
      readonly by: number;
      readonly level: 'customer' | 'billing' | 'source' | 'organisation';
      readonly mode: 'refetch' | 'stale';
    })
  | (Subject & {
      readonly kind: 'link';
      readonly by: number;
      /** Which of the customer's two billing customers; null removes the link. */
      readonly to: 0 | 1 | null;
      readonly how: 'put' | 'import' | 'if-none-match';
    })
  | { readonly kind: 'fault'; readonly source: Source; readonly fault: UpstreamFault }
  | { readonly kind: 'hold'; readonly source: Source }
  | { readonly kind: 'heal' }
  | { readonly kind: 'cut'; readonly by: number }
  | { readonly kind: 'restart'; readonly by: number }
  | { readonly kind: 'pause'; readonly by: number }
  | { readonly kind: 'connect' }
  | { readonly kind: 'redis'; readonly how: 'flush' | 'evict' | 'freeze' | 'restart' }
  | { readonly kind: 'jump'; readonly by: number; readonly hours: number }
  | { readonly kind: 'pass'; readonly span: Span };

/** What a schedule runs on. */
export interface Setting {
  readonly copies: boolean;
  readonly sealed: boolean;
  readonly refuses: boolean;
  readonly smallQuota: boolean;
}

export interface Schedule {
  readonly setting: Setting;
  readonly steps: readonly Step[];
}

const by = fc.constantFrom(...PROCESSES);
/** One customer most often, as what happens to one makes the next step harder. */
const subject = {
  of: fc.constantFrom(0, 0, 0, ...ORGANISATIONS),
  customer: fc.constantFrom(0, 0, 0, ...CUSTOMERS),
} as const;
const kind = <K extends Step['kind']>(name: K): fc.Arbitrary<K> => fc.constant(name);
const one = <const T extends readonly unknown[]>(...values: T): fc.Arbitrary<T[number]> => fc.constantFrom(...values);
/** Plain reads most often. */
const directive = fc.oneof({ weight: 6, arbitrary: fc.constant('') }, { weight: 3, arbitrary: one(...DIRECTIVES) });
const form = fc.oneof({ weight: 4, arbitrary: one('stored', 'named') }, { weight: 3, arbitrary: one(...FORMS) });

const steps: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> }[] = [
  { weight: 14, arbitrary: fc.record({ kind: kind('read'), by, ...subject, form, directive, awaited: one(true, true, false) }) },
  { weight: 5, arbitrary: fc.record({ kind: kind('change'), ...subject, what: one('reseller', 'stripe') }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('forget'), by, ...subject, source: one('', '', 'reseller', 'stripe') }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('invalidate'), by, ...subject, level: one('customer', 'billing', 'source', 'organisation'), mode: one('refetch', 'stale') }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('link'), by, ...subject, to: one(0, 1, null), how: one('put', 'put', 'import', 'if-none-match') }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('fault'), source: one(...SOURCES), fault: one(...UPSTREAM_FAULTS) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('hold'), source: one('reseller', 'stripe') }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('heal') }) },
  { weight: 1, arbitrary: one('cut', 'restart', 'pause').chain((kind) => by.map((index) => ({ kind, by: index }))) },
  { weight: 1, arbitrary: fc.record({ kind: kind('connect') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('redis'), how: one('flush', 'evict', 'freeze', 'restart') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('jump'), by, hours: one(-2, 2) }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('pass'), span: one(...SPANS) }) },
]; // prettier-ignore

/** A change that overtakes a read: what random steps alone seldom make. */
const overtaken: fc.Arbitrary<readonly Step[]> = fc
  .record({ ...subject, by: fc.tuple(by, by, by, by), what: one('reseller', 'stripe'), directive: one('', 'no-cache', 'no-cache'), form: one('stored', 'named'), forgets: fc.boolean(), span: one('moment', 'local', 'failure') })
  .map(({ of, customer, by: [first, second, third, last], what, directive: asked, form: shape, forgets, span }): readonly Step[] => {
    const read = { kind: 'read', of, customer, form: shape } as const;
    return [
      { kind: 'hold', source: what },
      { ...read, by: first, directive: asked, awaited: false },
      { kind: 'change', of, customer, what },
      ...(forgets ? [{ kind: 'forget', by: second, of, customer, source: '' } as const] : []),
      { ...read, by: third, directive: forgets ? '' : 'no-cache', awaited: false },
      { kind: 'heal' },
      { kind: 'pass', span },
      { ...read, by: last, directive: '', awaited: true },
      { ...read, by: first, directive: '', awaited: true },
    ];
  }); // prettier-ignore

/** Any schedule of at most this many steps. */
export function anySchedule(maxLength: number): fc.Arbitrary<Schedule> {
  return fc.record({
    setting: fc.record({ copies: fc.boolean(), sealed: fc.boolean(), refuses: fc.boolean(), smallQuota: one(false, false, true) }),
    steps: fc.array(fc.oneof({ weight: 12, arbitrary: fc.oneof(...steps).map((step) => [step]) }, { weight: 2, arbitrary: overtaken }), { minLength: Math.min(6, maxLength), maxLength, size: 'max' }).map((parts) => parts.flat()),
  }); // prettier-ignore
}
