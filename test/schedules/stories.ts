import fc from 'fast-check';
import { by, one, subject } from './choices.ts';
import {
  CUSTOMERS,
  type Form,
  ORGANISATIONS,
  PROCESSES,
  type Step,
  type Subject,
  UPSTREAM_FAULTS,
} from './schedule.ts';

type Steps = fc.Arbitrary<readonly Step[]>;

/** Four processes, some of them the same, and a customer. */
const cast = { ...subject, by: fc.tuple(by, by, by, by) } as const;
const form = one('stored', 'named');

/** A read that is waited for. */
const plainRead = (subjectAndForm: Subject & { readonly form: Form }) =>
  ({ kind: 'read', ...subjectAndForm, directive: '', awaited: true }) as const;

/** A change overtakes a read. */
const overtaken: Steps = fc
  .record({ ...cast, what: one('reseller', 'stripe'), directive: one('', 'no-cache', 'no-cache'), form, waits: fc.boolean(), forgets: fc.boolean(), span: one('moment', 'local', 'failure') })
  .map(({ of, customer, by: [first, second, third, last], what, directive: asked, form: shape, forgets, waits, span }): readonly Step[] => {
    const read = { kind: 'read', of, customer, form: shape } as const;
    return [
      { kind: 'hold', source: what },
      { ...read, by: first, directive: asked, awaited: false },
      { kind: 'change', of, customer, what },
      ...(forgets ? [{ kind: 'forget', by: second, of, customer, source: '' } as const] : []),
      { ...read, by: third, directive: forgets ? '' : 'no-cache', awaited: false },
      ...(waits ? [{ kind: 'pass', span: 'moment' } as const] : []),
      { kind: 'heal' },
      { kind: 'pass', span },
      { ...read, by: last, directive: '', awaited: true },
      { ...read, by: first, directive: '', awaited: true },
    ];
  }); // prettier-ignore

/** A change through the service of what upstreams may change, too. */
const changed = (one: Pick<Extract<Step, { kind: 'forget' }>, 'of' | 'customer' | 'by'>): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.constant<Step>({ kind: 'forget', ...one, source: '' }),
    fc.constant<Step>({ kind: 'erase', ...one, awaited: true }),
    fc.constantFrom<Step>(...(['put', 'import'] as const).map((how) => ({ kind: 'link', ...one, to: 0, how }) as const)),
    fc.constantFrom<Step>(
      ...(['customer', 'source', 'organisation'] as const).map((level) => ({ kind: 'invalidate', ...one, level, mode: 'refetch' }) as const),
    ),
  ); // prettier-ignore

/** Redis loses a change that was confirmed: a replica that lags takes over, or an older file is restored. */
const lost: Steps = fc
  .record({ ...cast, form, ways: one(['fall-behind', 'fail-over'], ['save', 'restore']), span: one('moment', 'local', 'fresh') })
  .chain(({ of, customer, by: [first, second, third, last], form: shape, ways: [before, after], span }) => {
    const read = plainRead({ of, customer, form: shape });
    return changed({ of, customer, by: second }).map((change): readonly Step[] => [
      { ...read, by: first },
      { kind: 'redis', how: before },
      { kind: 'change', of, customer, what: 'reseller' },
      change,
      { ...read, by: third },
      { kind: 'redis', how: after },
      { ...read, by: first },
      { ...read, by: last },
      { kind: 'pass', span },
      { ...read, by: third },
    ]);
  }); // prettier-ignore

/** A customer is erased while it is read, and permitted again. */
const erased: Steps = fc
  .record({ ...cast, form, what: one('reseller', 'stripe'), awaited: one(true, true, false), cuts: fc.boolean(), links: one(null, 'put', 'import'), span: one('moment', 'local', 'failure') })
  .map(({ of, customer, by: [first, second, third, last], form: shape, what, awaited, cuts, links, span }): readonly Step[] => {
    const read = plainRead({ of, customer, form: shape });
    return [
      { ...read, by: first },
      { kind: 'hold', source: what },
      { ...read, by: third, directive: 'no-cache', awaited: false },
      ...(cuts ? [{ kind: 'cut', by: first } as const] : []),
      { kind: 'erase', of, customer, by: second, awaited },
      { kind: 'heal' },
      ...PROCESSES.map((index) => ({ ...read, by: index })),
      ...(links ? [{ kind: 'link', of, customer, by: third, to: 1, how: links } as const] : []),
      { kind: 'pass', span },
      { kind: 'lift', of, customer, by: last },
      ...(cuts ? [{ kind: 'connect' } as const] : []),
      { ...read, by: first },
      { ...read, by: third },
    ];
  }); // prettier-ignore

/** A change comes while an upstream is away, so that what it leaves has to serve. */
const away: Steps = fc
  .record({ ...cast, form, source: one('reseller', 'reseller', 'stripe', 'token'), fault: one('gateway-404', ...UPSTREAM_FAULTS), how: one('put', 'import', 'stale', 'other source') })
  .map(({ of, customer, by: [first, second, third, last], form: shape, source, fault, how }): readonly Step[] => {
    const read = plainRead({ of, customer, form: shape });
    const subject = { of, customer, by: second };
    return [
      { ...read, by: first },
      { kind: 'fault', source, fault },
      how === 'put' || how === 'import'
        ? { kind: 'link', ...subject, to: 1, how }
        : how === 'stale'
          ? { kind: 'invalidate', ...subject, level: 'customer', mode: 'stale' }
          : { kind: 'forget', ...subject, source: 'stripe' },
      { ...read, by: third },
      { kind: 'pass', span: 'failure' },
      { ...read, by: last },
      { kind: 'heal' },
    ];
  }); // prettier-ignore

/** The reseller refuses a good token once, while no other is to be had. */
const refused: Steps = fc
  .record({ ...cast, form, fault: one('status-500', 'reset', 'hang', 'html') })
  .map(({ of, customer, by: [first], form: shape, fault }): readonly Step[] => {
    const read = { ...plainRead({ of, customer, form: shape }), by: first };
    const other = { ...read, customer: 1 - customer };
    return [
      read,
      { kind: 'fault', source: 'token', fault },
      { kind: 'fault', source: 'reseller', fault: 'one-401' },
      { ...read, directive: 'no-cache' },
      other,
      { kind: 'pass', span: 'failure' },
      { ...other, directive: 'no-cache' },
      { kind: 'heal' },
    ];
  }); // prettier-ignore

/** A process ends while it is asked for what is due. */
const leaving: Steps = fc.record(cast).map(({ of, customer, by: [first, second] }): readonly Step[] => {
  const read = plainRead({ of, customer, form: 'named' });
  return [
    { ...read, by: second },
    { kind: 'pass', span: 'fresh' },
    { kind: 'leave', by: first, of, customer },
  ];
});

/** The clock of the process that fetches is wrong, and right again. */
const wrongClock: Steps = fc
  .record({ ...cast, form, hours: one(-2, 2) })
  .map(({ of, customer, by: [first, second, third], form: shape, hours }): readonly Step[] => {
    const read = plainRead({ of, customer, form: shape });
    return [
      { kind: 'jump', by: first, hours },
      { ...read, by: first, directive: 'no-cache' },
      { kind: 'jump', by: first, hours: -hours },
      { kind: 'change', of, customer, what: 'reseller' },
      { kind: 'pass', span: 'fresh' },
      ...[first, second, third].map((index) => ({ ...read, by: index })),
      { kind: 'pass', span: 'moment' },
      ...[first, second, third].map((index) => ({ ...read, by: index })),
    ];
  }); // prettier-ignore

/** A process misses a change while it is cut off. */
const missed: Steps = fc
  .record({ ...cast, form, span: one('moment', 'disconnected') })
  .chain(({ of, customer, by: [first, second, third], form: shape, span }) => {
    const read = plainRead({ of, customer, form: shape });
    return changed({ of, customer, by: second }).map((change): readonly Step[] => [
      { ...read, by: first },
      { kind: 'cut', by: first },
      { kind: 'change', of, customer, what: 'reseller' },
      change,
      { ...read, by: third },
      { kind: 'pass', span },
      { ...read, by: first },
      { kind: 'connect' },
      { ...read, by: first },
    ]);
  }); // prettier-ignore

/** What a process writes arrives only after the customer was changed, erased, or erased and permitted again. */
const late: Steps = fc
  .record({ ...cast, form, what: one('reseller', 'stripe'), isWarm: fc.boolean(), lifts: fc.boolean() })
  .chain(({ of, customer, by: [first, , , last], form: shape, what, isWarm, lifts }) => {
    const read = plainRead({ of, customer, form: shape });
    const second = (first + 1) % PROCESSES.length;
    const erase = { kind: 'erase', of, customer, by: second, awaited: true } as const;
    return fc.oneof(changed({ of, customer, by: second }), fc.constant(erase)).map((change): readonly Step[] => [
      ...(isWarm ? [{ ...read, by: second }] : []),
      { kind: 'hold', source: what },
      { ...read, by: first, directive: 'no-cache', awaited: false },
      { kind: 'delay', by: first },
      { kind: 'heal' },
      { kind: 'pass', span: 'moment' },
      { kind: 'change', of, customer, what },
      change,
      ...(lifts ? [{ kind: 'lift', of, customer, by: second } as const] : []),
      { kind: 'connect' },
      ...PROCESSES.map((index) => ({ ...read, by: index })),
      { kind: 'lift', of, customer, by: second },
      { ...read, by: last },
    ]);
  }); // prettier-ignore

/** A process misses a change, as it hears nothing of the others. */
const unheard: Steps = fc
  .record({ ...cast, form, what: one('reseller', 'stripe') })
  .chain(({ of, customer, by: [first, second, third], form: shape, what }) => {
    const read = plainRead({ of, customer, form: shape });
    return changed({ of, customer, by: second }).map((change): readonly Step[] => [
      { ...read, by: first },
      { kind: 'deafen', by: first },
      { ...read, by: first },
      { kind: 'change', of, customer, what },
      change,
      { ...read, by: third },
      { ...read, by: first },
      { kind: 'connect' },
      { ...read, by: first },
    ]);
  }); // prettier-ignore

/** A consumer reads a profile as soon as it is told that it has changed, from a process that may have a copy. */
const followed: Steps = fc
  .record({ ...cast, what: one('reseller', 'stripe') })
  .map(({ of, customer, by: [first, second, third], what }): readonly Step[] => {
    const read = plainRead({ of, customer, form: 'stored' });
    return [
      { ...read, by: first },
      { kind: 'follow', by: second },
      { ...read, by: second },
      { kind: 'change', of, customer, what },
      { ...read, by: third, directive: 'no-cache' },
      { kind: 'follow', by: second },
    ];
  }); // prettier-ignore

/** Redis loses the events after an older one, and no process is left that has seen them. */
const lostEvents: Steps = fc
  .record({ ...cast, erases: fc.boolean() })
  .map(({ of, customer, by: [first, second, third], erases }): readonly Step[] => {
    const read = plainRead({ of, customer, form: 'stored' });
    const other = { ...read, customer: 1 - customer };
    return [
      { ...read, by: first },
      { kind: 'redis', how: 'save' },
      ...(erases
        ? ([{ kind: 'erase', of, customer, by: first, awaited: true }, { kind: 'lift', of, customer, by: first }] as const)
        : ([{ kind: 'change', of, customer, what: 'reseller' }, { ...read, by: first, directive: 'no-cache' }] as const)),
      { kind: 'follow', by: second },
      { kind: 'redis', how: 'restore' },
      ...PROCESSES.map((by) => ({ kind: 'restart', by }) as const),
      { kind: 'change', of, customer: 1 - customer, what: 'reseller' },
      { ...other, by: third, directive: 'no-cache' },
      { kind: 'follow', by: second },
    ];
  }); // prettier-ignore

/** One process answers in several forms while an upstream changes: they may not contradict each other. */
const severalForms: Steps = fc
  .record({ ...cast, what: one('reseller', 'stripe'), forms: fc.tuple(form, one('stored', 'named', 'other', 'fields', 'batch'), form), directive: one('', '', 'max-age=1') })
  .map(({ of, customer, by: [first], what, forms: [before, between, after], directive }): readonly Step[] => {
    const read = { kind: 'read', of, customer, awaited: true } as const;
    return [
      { ...read, by: first, form: before, directive: '' },
      { kind: 'change', of, customer, what },
      { ...read, by: first, form: between, directive },
      { ...read, by: first, form: after, directive: '' },
      { ...read, by: first, form: before, directive: '' },
    ];
  }); // prettier-ignore

/** Values in Redis are cut off, or lie in the place of another customer's. */
const spoilt: Steps = fc
  .record({ by: fc.tuple(by, by), form, how: one('corrupt', 'mix-up') })
  .map(({ by: [first, second], form: shape, how }): readonly Step[] => {
    const reads = (index: number): readonly Step[] =>
      ORGANISATIONS.flatMap((of) =>
        CUSTOMERS.map((customer) => ({ kind: 'read', by: index, of, customer, form: shape, directive: '', awaited: true })),
      );
    return [...reads(first), { kind: 'redis', how }, ...reads(second)];
  }); // prettier-ignore

/** Steps that belong together, and that random steps alone seldom make. */
export const story: Steps = fc.oneof(
  { weight: 5, arbitrary: overtaken },
  { weight: 3, arbitrary: fc.oneof(away, refused, leaving) },
  { weight: 4, arbitrary: late },
  { weight: 8, arbitrary: fc.oneof(lost, erased, wrongClock, missed, unheard, severalForms, spoilt) },
  { weight: 3, arbitrary: fc.oneof(followed, lostEvents) },
);
