import { type Estate } from './estate.ts';
import { judgeErased, resurrected } from './judge-erased.ts';
import { judgeFound } from './judge-found.ts';
import { judgeOrder } from './judge-order.ts';
import { type Form, type Step } from './schedule.ts';
import { type Truth } from './truth.ts';

const DEFINITE = new Set([
  'ok', 'linked', 'linked_no_reference', 'not_linked', 'integration_removed', 'customer_unknown', 'unlinked',
]); // prettier-ignore
/** Ages are whole seconds, and processes agree on the time within one. */
const SLACK_MS = 2000;
/** A silent connection counts as lost after this. */
const NOTICED_WITHIN_MS = 5000;
/** Fresh times are spread by a tenth. */
const SPREAD = 1.1;

export type Read = Extract<Step, { kind: 'read' }>;

/** What had to be so of one customer from the moment a read was sent. */
export interface Sent {
  readonly step: Read;
  readonly truth: Truth;
  readonly at: number;
  readonly versions: Readonly<Record<'reseller' | 'stripe', number>>;
  /** Whether the process reached Redis and could know every confirmed change. */
  readonly reached: boolean;
  /** Whether the process heard nothing of the others, and knew that: then it asks Redis each time. */
  readonly deaf: boolean;
  /** How long before it had lost Redis. */
  readonly lostForMs: number;
  readonly link: Truth['link'];
  readonly erased: Truth['erased'];
  readonly erasureRequests: number;
  readonly removedBelow: Truth['removedBelow'];
  /** What processes have called fresh until then. */
  readonly shown: ReadonlyMap<string, number>;
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

/** A record, as far as the read asked for it. */
interface Profile {
  readonly name?: string | null;
  readonly billingCustomerId?: string | null;
  readonly connectors?: readonly { readonly name: string; readonly referenceId?: string | null }[] | null;
  readonly sources?: readonly Source[];
  readonly complete?: boolean;
}

/** One result of a batch. */
interface Result {
  readonly customerId: string;
  readonly status: number;
  readonly profile?: Profile;
}

const PROFILES = new Set<Form>(['stored', 'again', 'named', 'other', 'fields', 'connectors']);
/** Without a billing customer in the request: the stored link says which one it is. */
const LINKED = new Set<Form>(['stored', 'again', 'fields', 'connectors', 'one', 'batch']);
/** What a read may be answered, whatever is wrong. */
const STATUSES = new Set([200, 400, 404, 410, 422, 429, 502, 503, 504]);

/**
 * What is wrong with an answer; nothing, as a rule.
 * @param sent of each customer that was asked for, that of the step first
 * @param allIsWell nothing has failed so far: a part that is not due is fresh
 */
export function judge(
  estate: Estate,
  sent: readonly [Sent, ...Sent[]],
  answer: Answer,
  allIsWell: boolean,
): readonly string[] {
  const [own] = sent;
  const { step } = own;
  const faults = judgeHead(estate, step, answer);
  if (isToRefuse(estate, own) && statusesOf(step, answer).includes(200))
    faults.push(`it answers ${Math.round(own.lostForMs)} ms after it has lost Redis, where it is to refuse`);
  if (step.form === 'find') {
    const { truth } = own;
    const isKnown = own.link === truth.link && truth.linkFloor !== null && applies(estate, own, truth.linkFloor);
    return [...faults, ...judgeFound(estate, own, answer, isKnown)];
  }
  if (step.form === 'batch') return answer.status === 200 ? [...faults, ...judgeBatch(estate, sent, answer)] : faults;
  faults.push(...strangers(own, answer.text), ...ofErasure(estate, own, answer.status, answer.text));
  if (step.form === 'one') return [...faults, ...judgeOne(estate, own, answer, allIsWell)];
  if (answer.status === 404 && step.form !== 'explanation') faults.push(UNKNOWN);
  if (answer.status === 200 && PROFILES.has(step.form))
    faults.push(...judgeProfile(estate, own, JSON.parse(answer.text) as Profile));
  return faults;
}

const UNKNOWN = 'a customer that there is counts as unknown';

/** The freshness lifetime that the answer states. */
function leftMsOf({ headers }: Answer): number {
  const [, maxAge = '0'] = /max-age=(\d+)/.exec(headers.get('cache-control') ?? '') ?? [];
  return (Number(maxAge) - Number(headers.get('age') ?? 0)) * 1000;
}

function judgeHead(estate: Estate, { form }: Read, answer: Answer): string[] {
  const faults: string[] = [];
  if (!STATUSES.has(answer.status)) faults.push(`status ${answer.status}`);
  if (answer.status !== 200) return faults;
  const mayBeKept = PROFILES.has(form) || form === 'one';
  if (!(answer.headers.get('vary') ?? '').toLowerCase().includes('organisation') && mayBeKept)
    faults.push('no Vary: organisation');
  if (Number(answer.headers.get('age') ?? 0) < 0) faults.push('a negative Age');
  const leftMs = leftMsOf(answer);
  if (leftMs > estate.host.times.freshMs * SPREAD + SLACK_MS)
    faults.push(`max-age leaves ${leftMs} ms, longer than anything is fresh`);
  return faults;
}

function judgeProfile(estate: Estate, sent: Sent, profile: Profile): readonly string[] {
  const { step, truth } = sent;
  const faults: string[] = [];
  const { sources = [] } = profile;
  if (profile.complete !== sources.every(({ state }) => DEFINITE.has(state)))
    faults.push(`complete is ${String(profile.complete)} with ${sources.map(({ state }) => state).join()}`);
  const sourceOf = (name: string): Source | undefined => sources.find(({ source }) => source === name);
  const isFresh = (source: Source | undefined): boolean =>
    source !== undefined && DEFINITE.has(source.state) && !source.stale;
  const reference = profile.connectors?.find(({ name }) => name === 'stripe')?.referenceId;
  for (const [name, text] of [
    ['reseller', profile.name],
    ['stripe', reference],
  ] as const) {
    const version = truth.versionIn(text, name);
    if (!isFresh(sourceOf(name)) || version === null) continue;
    const what = name === 'reseller' ? name : `${name} of ${String(billingOf(truth, String(text)))}`;
    faults.push(...outdated(estate, sent, name, version), ...judgeOrder(sent, what, version));
  }
  const { billingCustomerId } = profile;
  if (billingCustomerId !== undefined && LINKED.has(step.form) && isFresh(sourceOf('billing')))
    faults.push(...relinked(estate, sent, billingCustomerId));
  if (
    (step.form === 'named' || step.form === 'other') &&
    billingCustomerId !== truth.billing[step.form === 'named' ? 0 : 1]
  )
    faults.push('another billing customer than the request named');
  if (typeof reference === 'string' && billingOf(truth, reference) !== billingCustomerId)
    faults.push('the reference of another billing customer');
  return faults;
}

const resultsOf = ({ text }: Answer): readonly Result[] =>
  (JSON.parse(text) as { readonly results: readonly Result[] }).results;

/** That of the answer; of a batch, those of its results. */
export const statusesOf = ({ form }: Read, answer: Answer): readonly number[] =>
  form === 'batch' && answer.status === 200 ? resultsOf(answer).map(({ status }) => status) : [answer.status];

/** Each result by itself, as if its customer had been read alone. */
function judgeBatch(estate: Estate, sent: readonly Sent[], answer: Answer): readonly string[] {
  const asked = new Set(sent.map(({ truth }) => truth.customerId));
  const faults = resultsOf(answer).flatMap((result) => {
    const own = sent.find(({ truth }) => truth.customerId === result.customerId);
    if (!own) return [`a batch has a result of ${result.customerId}, which is not in it`];
    asked.delete(result.customerId);
    const text = JSON.stringify(result);
    const found = [...strangers(own, text), ...ofErasure(estate, own, result.status, text)];
    if (result.status === 404) found.push(UNKNOWN);
    if (!STATUSES.has(result.status)) found.push(`status ${result.status}`);
    if ((result.status === 200) !== (result.profile !== undefined)) found.push('a result without what its status says');
    return [...found, ...(result.profile ? judgeProfile(estate, own, result.profile) : [])];
  });
  return [...faults, ...[...asked].map((customerId) => `a batch has no result of ${customerId}`)];
}

/** One connector's own answer does not say whether it is stale: it is judged while nothing has failed. */
function judgeOne(estate: Estate, sent: Sent, answer: Answer, allIsWell: boolean): readonly string[] {
  const { truth } = sent;
  const { status } = answer;
  const body = status === 200 || status === 404 ? (JSON.parse(answer.text) as Readonly<Record<string, unknown>>) : {};
  const isUnlinked = status === 404 && body.code === 'link_not_found';
  if (status === 404) {
    if (!isUnlinked) return [`a connector that there is counts as ${String(body.code)}`];
    return allIsWell ? relinked(estate, sent, null) : [];
  }
  if (status !== 200) return [];
  const version = truth.versionIn(body.reference_id, 'stripe');
  if (body.connector_name !== 'stripe' || version === null) return [`no answer of stripe: ${answer.text}`];
  if (!allIsWell || leftMsOf(answer) <= 0) return [];
  const shown = billingOf(truth, String(body.reference_id));
  return [...outdated(estate, sent, 'stripe', version), ...relinked(estate, sent, shown)];
}

/** Whose reference it is: it names the place of the billing customer. */
const billingOf = ({ billing }: Truth, reference: string): string | undefined =>
  billing.find((_id, at) => reference.endsWith(`billing${at}`));

/** Values of another organisation, or of another customer. */
function strangers({ truth }: Sent, text: string): readonly string[] {
  const marks = new Set(text.match(/org\d-cust\d/g));
  return [...marks].filter((mark) => mark !== truth.mark).map((mark) => `asked for ${truth.mark}, told of ${mark}`);
}

/** A process that is to refuse without Redis does so from the end of its time on; it may notice the loss late. */
const isToRefuse = ({ host, setting }: Estate, { lostForMs }: Sent): boolean =>
  setting.refuses && lostForMs > host.times.disconnectedMs + NOTICED_WITHIN_MS;

/** A process that is cut off, before the answer at the latest, cannot know of an erasure. */
function ofErasure(estate: Estate, sent: Sent, status: number, text: string): readonly string[] {
  const reached = sent.reached && estate.reaches(sent.step.by);
  return [...judgeErased(sent, status, reached), ...(reached ? resurrected(sent, text) : [])];
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
function applies(estate: Estate, { step, at, reached, deaf }: Sent, floor: Omit<Floor, 'version'>): boolean {
  if (step.by === floor.by) return at >= floor.at;
  const { localMs } = estate.host.times;
  return reached && at >= floor.at + (estate.setting.copies && !deaf ? localMs : 0);
}

type Floor = Truth['floors']['reseller'][number];
