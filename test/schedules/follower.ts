import { type CustomerChange, type CustomerChanges } from '../../src/customer-changes/change.schema.ts';
import { type Profile } from '../../src/profile-merge/profile.schema.ts';
import { ask, readRequest } from './asking.ts';
import { type Estate } from './estate.ts';
import { type Answer } from './judge.ts';
import { PROCESSES } from './schedule.ts';
import { type Truth } from './truth.ts';

const CHANGES = '/v1/customer-profile-changes';
/** How often it is asked for what has changed, until it has what readers see. */
const TRIES = 8;

/** A consumer of both feeds, as docs/changes.md describes it: it holds the content of each customer's profile. */
export class Follower {
  /** By organisation; empty: it has not begun. */
  private readonly cursors = new Map<number, string>();
  private readonly held = new Map<Truth, string>();
  /** To be read again, because a source was missing, or the process did not answer. */
  private readonly missing = new Set<Truth>();
  private readonly estate: Estate;
  private readonly truths: readonly Truth[];

  constructor(estate: Estate, truths: readonly Truth[]) {
    this.estate = estate;
    this.truths = truths;
  }

  /** Asks a process once for what has changed, and for each profile of which it is told. It begins when it is first asked to. */
  async follow(by: number): Promise<void> {
    for (const of of new Set(this.truths.map(({ subject }) => subject.of))) await this.followOne(by, of);
  }

  /** @returns what it holds that readers do not see, when nothing changes any more */
  async differences(): Promise<readonly string[]> {
    if (this.cursors.size === 0) return [];
    for (let tries = 1; ; tries += 1) {
      await this.estate.pass(this.estate.span('failure'));
      await this.follow(tries % PROCESSES.length);
      const found: string[] = [];
      for (const truth of this.truths)
        for (const index of PROCESSES) {
          const seen = seenIn(await this.read(index, truth));
          if (seen === null || seen !== this.held.get(truth))
            found.push(`a consumer holds ${this.held.get(truth)} of ${truth.mark}, and process ${index} shows ${seen}`);
        }
      if (found.length === 0 || tries === TRIES) return found.slice(0, 1);
    }
  }

  private async followOne(by: number, of: number): Promise<void> {
    const own = this.truths.filter(({ subject }) => subject.of === of);
    const [first] = own;
    if (!first) return;
    const cursor = this.cursors.get(of);
    const path = `${CHANGES}?${cursor === undefined ? 'from=newest' : `cursor=${cursor}`}`;
    const answer = await this.finish(ask(this.estate.url(by), first, { method: 'GET', path }));
    const isGone = answer.status === 410;
    if (answer.status !== 200 && !isGone) return; // It asks again later.
    const { changes = [], ...next } = JSON.parse(answer.text) as Partial<CustomerChanges> & { beginAt?: string };
    const told = new Set(changes.map(({ customerId }: CustomerChange) => customerId));
    const isToldOf = ({ customerId }: Truth): boolean => isGone || cursor === undefined || told.has(customerId);
    for (const truth of own) if (isToldOf(truth) || this.missing.has(truth)) await this.hold(by, truth);
    this.cursors.set(of, (isGone ? next.beginAt : next.cursor) ?? '');
  }

  private async hold(by: number, truth: Truth): Promise<void> {
    const seen = seenIn(await this.read(by, truth));
    if (seen === null) this.missing.add(truth);
    else {
      this.held.set(truth, seen);
      this.missing.delete(truth);
    }
  }

  private read(by: number, truth: Truth): Promise<Answer> {
    const step = { kind: 'read', by, ...truth.subject, form: 'stored', directive: '', awaited: true } as const;
    return this.finish(ask(this.estate.url(by), truth, readRequest(step, truth)));
  }

  private finish(work: Promise<Answer>): Promise<Answer> {
    return this.estate.host.finish('an answer to a consumer', work);
  }
}

/** The content, which an answer that is called stale has, too; null: a source is missing, or the process cannot answer. */
function seenIn({ status, text }: Answer): string | null {
  if (status === 404 || status === 410) return String(status);
  if (status !== 200) return null;
  const { complete, name, billingCustomerId, connectors } = JSON.parse(text) as Profile;
  return complete ? JSON.stringify({ name, billingCustomerId, connectors }) : null;
}
