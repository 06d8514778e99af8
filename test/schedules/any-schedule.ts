import fc from 'fast-check';
import { by, one, subject } from './choices.ts';
import { company } from './company.ts';
import {
  DIRECTIVES,
  FORMS,
  REDIS_TROUBLES,
  type Schedule,
  SOURCES,
  SPANS,
  type Step,
  UPSTREAM_FAULTS,
} from './schedule.ts';
import { story } from './stories.ts';

const kind = <K extends Step['kind']>(name: K): fc.Arbitrary<K> => fc.constant(name);
/** Plain reads most often. */
const directive = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 3, arbitrary: one(...DIRECTIVES) });
const form = fc.oneof({ weight: 4, arbitrary: one('stored', 'named') }, { weight: 3, arbitrary: one(...FORMS) });

const steps: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> }[] = [
  { weight: 14, arbitrary: fc.record({ kind: kind('read'), by, ...subject, form, directive, awaited: one(true, true, false) }) },
  { weight: 5, arbitrary: fc.record({ kind: kind('change'), ...subject, what: one('reseller', 'stripe') }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('forget'), by, ...subject, source: one('', '', 'reseller', 'stripe') }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('invalidate'), by, ...subject, level: one('customer', 'billing', 'source', 'organisation'), mode: one('refetch', 'stale') }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('link'), by, ...subject, to: one(0, 1, null), how: one('put', 'put', 'import', 'if-none-match') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('erase'), by, ...subject, awaited: one(true, true, false) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('lift'), by, ...subject }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('meet'), by, of: subject.of, company }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('follow'), by }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('fault'), source: one(...SOURCES), fault: one(...UPSTREAM_FAULTS) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('hold'), source: one('reseller', 'stripe') }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('heal') }) },
  { weight: 1, arbitrary: one('cut', 'restart', 'pause', 'delay', 'deafen').chain((kind) => by.map((index) => ({ kind, by: index }))) },
  { weight: 1, arbitrary: fc.record({ kind: kind('leave'), by, ...subject }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('connect') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('redis'), how: one(...REDIS_TROUBLES) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('jump'), by, hours: one(-2, 2) }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('pass'), span: one(...SPANS) }) },
]; // prettier-ignore

/** Any schedule of at most this many steps and stories. */
export function anySchedule(maxLength: number): fc.Arbitrary<Schedule> {
  return fc.record({
    setting: fc.record({ copies: fc.boolean(), sealed: fc.boolean(), refuses: fc.boolean(), smallQuota: one(false, false, true) }),
    steps: fc.array(fc.oneof({ weight: 6, arbitrary: fc.oneof(...steps).map((step) => [step]) }, { weight: 1, arbitrary: story }), { minLength: Math.min(6, maxLength), maxLength, size: 'max' }).map((parts) => parts.flat()),
  }); // prettier-ignore
}
