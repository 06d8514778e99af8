import { type Estate } from './estate.ts';
import { type Form, type Step } from './schedule.ts';
import { type Truth } from './truth.ts';

const DEFINITE = new Set([
  'ok', 'linked', 'linked_no_reference', 'not_linked', 'integration_removed', 'customer_unknown', 'unlinked',
]); // prettier-ignore
/** Ages are whole seconds, and processes agree on the time within one. */
const SLACK_MS = 2000;
/** Fresh times are spread by a tenth. */
const SPREAD = 1.1;

export type Read = Extract<Step, { kind: 'read' }>;

/** A read as it was sent: what had to be so from then on. */
export interface Sent {
  readonly step: Read;
  readonly truth: Truth;
  readonly at: number;
  readonly versions: Readonly<Record<'reseller' | 'stripe', number>>;
  /** Whether the process reached Redis, so that it could know of every confirmed change. */
  readonly reached: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Source {
  readonly source: string;
  readonly state: string;
  readonly stale: boolean;
}

interface Profile {
  readonly name?: string | null;
  readonly billingCustomerId?: string | null;
  readonly connectors?: readonly { readonly name: string; readonly referenceId?: string | null }[] | null;
  readonly sources?: readonly Source[];
  readonly complete?: boolean;
}

const PROFILES = new Set<Form>(['stored', 'named', 'other', 'fields']);
/** What a read may be answered, whatever is wrong. */
const STATUSES = new Set([200, 304, 400, 404, 422, 429, 502, 503, 504]);

/** What is wrong with an answer; nothing, as a rule. */
export function judge(estate: Estate, sent: Sent, answer: Answer): readonly string[] {
  const { step, truth } = sent;
  const faults: string[] = [];
  if (!STATUSES.has(answer.status)) faults.push(`status ${answer.status}`);
  faults.push(...strangers(sent, answer));
  if (answer.status !== 200) {
    if (answer.status === 404 && step.form !== 'one' && step.form !== 'explanation')
      faults.push('a customer that there is counts as unknown');
    return faults;
  }
  if (!(answer.headers.get('vary') ?? '').toLowerCase().includes('organisation') && PROFILES.has(step.form))
    faults.push('no Vary: organisation');
  if (Number(answer.headers.get('age') ?? 0) < 0) faults.push('a negative Age');
  const [, maxAge = '0'] = /max-age=(\d+)/.exec(answer.headers.get('cache-control') ?? '') ?? [];
  const { freshMs } = estate.host.times;
  const leftMs = (Number(maxAge) - Number(answer.headers.get('age') ?? 0)) * 1000;
  if (leftMs > freshMs * SPREAD + SLACK_MS) faults.push(`max-age leaves ${leftMs} ms, longer than anything is fresh`);
  if (!PROFILES.has(step.form)) return faults;
  const profile = JSON.parse(answer.text) as Profile;
  const { sources = [] } = profile;
  if (profile.complete !== sources.every(({ state }) => DEFINITE.has(state)))
    faults.push(`complete is ${String(profile.complete)} with ${sources.map(({ state }) => state).join()}`);
  const sourceOf = (name: string): Source | undefined => sources.find(({ source }) => source === name);
  const reference = profile.connectors?.find(({ name }) => name === 'stripe')?.referenceId;
  for (const [name, text] of [
    ['reseller', profile.name],
    ['stripe', reference],
  ] as const) {
    const source = sourceOf(name);
    const version = truth.versionIn(text, name);
    if (source && DEFINITE.has(source.state) && !source.stale && version !== null)
      faults.push(...outdated(estate, sent, name, version));
  }
  const billing = sourceOf('billing');
  if (step.form === 'stored' && billing && DEFINITE.has(billing.state) && !billing.stale && sent.reached)
    faults.push(...relinked(estate, sent, profile.billingCustomerId));
  if (
    (step.form === 'named' || step.form === 'other') &&
    profile.billingCustomerId !== truth.billing[step.form === 'named' ? 0 : 1]
  )
    faults.push('another billing customer than the request named');
  if (
    typeof reference === 'string' &&
    profile.billingCustomerId === truth.billing[0] &&
    !reference.endsWith('billing0')
  )
    faults.push('the reference of another billing customer');
  return faults;
}

/** Values of another organisation, or of another customer. */
function strangers({ truth, step }: Sent, { text }: Answer): readonly string[] {
  const marks = new Set(text.match(/org\d-cust\d/g));
  const own = step.form === 'batch' ? `org${truth.subject.of}-` : truth.mark;
  return [...marks].filter((mark) => !mark.startsWith(own)).map((mark) => `asked for ${truth.mark}, told of ${mark}`);
}

/** Something called fresh that is older than it may be. */
function outdated(estate: Estate, sent: Sent, name: 'reseller' | 'stripe', version: number): readonly string[] {
  const { step, truth, at } = sent;
  const faults: string[] = [];
  const overdueMs = truth.versions[name].overdueMs(version, at);
  const freshMs = step.directive === 'max-age=1' ? 1000 : estate.host.times.freshMs * SPREAD;
  if (overdueMs > freshMs + SLACK_MS)
    faults.push(`${name} v${version} is called fresh ${Math.round(overdueMs)} ms after it was replaced`);
  if (step.directive === 'no-cache' && version < sent.versions[name])
    faults.push(`no-cache: ${name} v${version}, when it was v${sent.versions[name]} as the read was sent`);
  const floor = truth.floors[name].findLast((one) => applies(estate, sent, one));
  if (floor && version < floor.version)
    faults.push(`${name} v${version} is called fresh after an invalidation at v${floor.version}`);
  return faults;
}

function relinked(estate: Estate, sent: Sent, shown: string | null | undefined): readonly string[] {
  const { truth } = sent;
  if (truth.link === undefined || !truth.linkFloor || !applies(estate, sent, truth.linkFloor)) return [];
  return shown === truth.link ? [] : [`linked to ${String(shown)}, stored is ${String(truth.link)}`];
}

/** Whether the process must know of a change: it made it itself, or it has had the time in which copies are not confirmed. */
function applies(estate: Estate, { step, at, reached }: Sent, floor: Omit<Floor, 'version'>): boolean {
  if (step.by === floor.by) return at >= floor.at;
  const { localMs } = estate.host.times;
  return reached && at >= floor.at + (estate.setting.copies ? localMs : 0);
}

type Floor = Truth['floors']['reseller'][number];
