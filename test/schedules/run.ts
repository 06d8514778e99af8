import { ask, readRequest } from './asking.ts';
import { Changes } from './changes.ts';
import { meet } from './companies.ts';
import { Erasures } from './erasures.ts';
import { Estate, type Host, SMALL_QUOTA } from './estate.ts';
import { Follower } from './follower.ts';
import { type Answer, judge, type Sent, statusesOf } from './judge.ts';
import { leave } from './leaving.ts';
import { QuotaWatch } from './quota-watch.ts';
import { losesData, troubleRedis } from './redis-troubles.ts';
import { PROCESSES, type Schedule, type Step } from './schedule.ts';
import { type Failure } from './shorten.ts';
import { TokenWatch } from './token-watch.ts';
import { type Truth, truths } from './truth.ts';
import { FAULT_OF } from './upstream-faults.ts';

type Of<K extends Step['kind']> = Extract<Step, { kind: K }>;

/** Faults that are known, which are looked past: what they hide may be found. */
const { SCHEDULE_KNOWN } = process.env;
const known = SCHEDULE_KNOWN === undefined ? null : new RegExp(SCHEDULE_KNOWN);

/** Runs a schedule and checks the invariants after each step. @returns what did not hold; null when all did */
export async function run(host: Host, schedule: Schedule): Promise<Failure | null> {
  const estate = await Estate.open(host, schedule.setting);
  const running = new Run(estate);
  let steps = 0;
  try {
    for (const step of schedule.steps) {
      steps += 1;
      await running.take(step);
      if (running.unknown().length > 0) break;
    }
    if (running.unknown().length === 0) await running.recover();
  } catch (error) {
    running.faults.push(String(error));
  } finally {
    await running.end();
  }
  const faults = running.unknown();
  return faults.length > 0 ? { schedule, steps, text: faults.join('; ') } : null;
}

const CHANGES = new Set<Step['kind']>(['forget', 'invalidate', 'link', 'erase', 'lift']);

/** Longer than an upstream asks the service to wait, and than a failure is kept. */
const RECOVERY_MS = 60_000;

let runs = 0;

class Run {
  readonly faults: string[] = [];
  private readonly truths: readonly Truth[];
  private readonly pending = new Set<Promise<void>>();
  private readonly quota: QuotaWatch;
  private readonly tokens: TokenWatch;
  private readonly changes: Changes;
  private readonly erasures: Erasures;
  private readonly follower: Follower;
  /** Whether every process has always reached Redis so far, and whether the upstreams were always healthy. */
  private redisWasWell = true;
  private upstreamsWereWell = true;

  private readonly estate: Estate;

  constructor(estate: Estate) {
    this.estate = estate;
    this.truths = truths(estate.sandboxes, (runs += 1));
    this.quota = new QuotaWatch(estate.sandboxes, estate.host);
    this.tokens = new TokenWatch(estate.sandboxes, estate.host);
    this.changes = new Changes(estate, this.truths, this.faults);
    this.erasures = new Erasures(estate, this.faults);
    this.follower = new Follower(estate, this.truths);
  }

  /** The faults that are not known. */
  unknown(): readonly string[] {
    return this.faults.filter((text) => !known?.test(text));
  }

  async take(step: Step): Promise<void> {
    await this.perform(step);
    await this.estate.host.moment();
    await this.estate.ageRedis();
    this.quota.look();
    if (this.estate.setting.smallQuota && this.redisWasWell) this.faults.push(...this.quota.overdrawn(SMALL_QUOTA));
    for (const { traffic } of this.estate.sandboxes) {
      const { replays, duplicateRequestIds } = traffic.counts;
      if (replays + duplicateRequestIds > 0) this.faults.push('an upstream met an id again');
    }
  }

  /** Everything is healthy again, and nothing of the faults may be left. */
  async recover(): Promise<void> {
    const { estate } = this;
    await this.perform({ kind: 'heal' });
    await estate.thaw();
    await estate.connect();
    await estate.host.finish('all requests end', Promise.all(this.pending));
    for (const truth of this.truths) await this.erasures.recover(truth);
    for (const index of PROCESSES)
      for (const truth of this.truths) {
        const step = {
          kind: 'read',
          by: index,
          ...truth.subject,
          form: 'named',
          directive: 'no-cache',
          awaited: true,
        } as const;
        const isWell = async (): Promise<boolean> => {
          const { status, text } = await this.answerTo(step, truth);
          return (
            status === 200 && (JSON.parse(text) as { complete: boolean }).complete && !text.includes('"stale":true')
          );
        };
        const endsAt = this.now() + RECOVERY_MS;
        while (!(await isWell())) {
          if (this.now() >= endsAt) this.faults.push(`process ${index} does not recover for ${truth.mark}`);
          if (this.now() >= endsAt) return;
          await estate.pass(estate.span('failure'));
        }
      }
    // With a small quota there may be no whole answer for long.
    if (!estate.setting.smallQuota) this.faults.push(...(await this.follower.differences()));
  }

  async end(): Promise<void> {
    for (const { faults } of this.estate.sandboxes) faults.clear();
    this.estate.letRedisGoOn();
    await Promise.allSettled(this.pending);
    await this.estate.close();
  }

  private async perform(step: Step): Promise<void> {
    if (this.wouldComeLate(step)) return;
    switch (step.kind) {
      case 'read':
        return this.read(step);
      case 'change':
        this.truthOf(step).change(step.what, this.now());
        return;
      case 'forget':
        return this.changes.forget(step, this.truthOf(step));
      case 'invalidate':
        return this.changes.invalidate(step, this.truthOf(step));
      case 'link':
        return this.changes.link(step, this.truthOf(step));
      case 'erase':
        return this.beside(
          step.awaited,
          this.erasures.erase(step, this.truthOf(step), () => step.awaited && this.redisWasWell),
        );
      case 'lift':
        return this.erasures.lift(step, this.truthOf(step), () => this.redisWasWell);
      case 'meet':
        this.faults.push(...(await meet(this.estate, step)));
        return;
      case 'follow':
        // A process that is cut off may answer with what it has, and hears of no event.
        if (this.estate.reaches(step.by)) await this.follower.follow(step.by);
        return;
      case 'fault':
      case 'hold':
        this.fail(step);
        return;
      case 'heal':
        this.tokens.heal();
        for (const { faults } of this.estate.sandboxes) faults.clear();
        return;
      case 'jump':
        return this.jump(step);
      case 'pass':
        return this.estate.pass(this.estate.span(step.span));
      case 'leave':
        return this.leave(step);
      case 'pause':
        return this.estate.host.pause(step.by);
      case 'connect':
        await this.estate.thaw();
        return this.estate.connect();
      default:
        return this.trouble(step);
    }
  }

  /** Changes that are on their way would come after later ones, and nobody could say what is to be true then. */
  private wouldComeLate(step: Step): boolean {
    if (step.kind === 'delay') return this.truths.some(({ pendingErasures }) => pendingErasures > 0);
    return 'by' in step && CHANGES.has(step.kind) && this.estate.late.has(step.by);
  }

  /** A process that is one of its own starts again with it. */
  private async jump({ by, hours }: Of<'jump'>): Promise<void> {
    this.forgetWhatWasGood();
    this.tokens.jump();
    for (const truth of this.truths) truth.shown.clear();
    await this.estate.host.jump(by, hours);
    if (this.estate.reaches(by)) await this.estate.reached(by);
  }

  /** Only where nothing else could be the reason for what is found. */
  private async leave(step: Of<'leave'>): Promise<void> {
    const truth = this.truthOf(step);
    const isQuiet = this.redisWasWell && this.upstreamsWereWell && this.pending.size === 0;
    if (!isQuiet || this.estate.setting.smallQuota || truth.erased !== 'no') return;
    this.tokens.restart(step.by);
    this.faults.push(...(await leave(this.estate, step, truth)));
  }

  private async trouble(step: Of<'cut'> | Of<'delay'> | Of<'deafen'> | Of<'restart'> | Of<'redis'>): Promise<void> {
    const { estate } = this;
    if (step.kind === 'restart')
      this.forgetWhatWasGood(); // Its unwritten results are lost.
    else this.redisWasWell = false;
    for (const truth of this.truths) truth.shown.clear();
    if (step.kind === 'cut') return estate.cutOff(step.by);
    if (step.kind === 'deafen') return estate.deafen(step.by);
    if (step.kind === 'delay') {
      estate.delay(step.by);
      return;
    }
    if (step.kind === 'restart') {
      this.tokens.restart(step.by);
      return estate.restart(step.by);
    }
    await estate.thaw();
    if (losesData(step.how)) {
      this.erasures.lose(this.truths);
      for (const truth of this.truths) truth.link = undefined;
    }
    await troubleRedis(estate, step.how, this.truths);
  }

  private async read(step: Of<'read'>): Promise<void> {
    const truth = this.truthOf(step);
    const { erasureRequests } = truth;
    const { calls } = this.tokens.begin(truth);
    const isAlone = this.pending.size === 0;
    const work = this.answerTo(step, truth).then((answer) => {
      if (!this.isToNote(step, truth, erasureRequests)) return;
      this.note(step, truth, answer);
      const isProfile = step.form === 'stored' || step.form === 'named';
      if (isProfile && this.redisWasWell && !this.estate.setting.smallQuota)
        this.faults.push(...this.tokens.judge(step, truth, answer, calls, isAlone));
    });
    return this.beside(step.awaited, work);
  }

  /** Work that is not awaited goes on beside the next steps. */
  private async beside(isAwaited: boolean, work: Promise<void>): Promise<void> {
    if (isAwaited) return work;
    const pending = work
      .catch((error: unknown) => void this.faults.push(String(error)))
      .finally(() => this.pending.delete(pending));
    this.pending.add(pending);
    await this.estate.host.moment();
  }

  /** Of a read, judged as soon as it comes. */
  private async answerTo(step: Of<'read'>, truth: Truth): Promise<Answer> {
    const { estate } = this;
    const at = this.now();
    const reached = estate.reaches(step.by);
    const sentFor = (one: Truth): Sent => ({
      ...{ step, truth: one, at, reached, deaf: estate.deaf.has(step.by), lostForMs: estate.lostForMs(step.by) },
      ...{ shown: new Map(this.redisWasWell ? one.shown : []), link: one.link },
      ...{ erased: one.erased, erasureRequests: one.erasureRequests, removedBelow: one.removedBelow },
      versions: { reseller: one.versions.reseller.current, stripe: one.versions.stripe.current },
    });
    // A batch asks for all customers of the organisation.
    const others = this.truths.filter((one) => step.form === 'batch' && one.subject.of === step.of && one !== truth);
    const sent = [sentFor(truth), ...others.map(sentFor)] as const;
    const work = ask(estate.url(step.by), truth, readRequest(step, truth));
    const { lastAnswer } = truth;
    const own = await (step.awaited ? estate.host.finish(`a read of ${truth.mark}`, work) : work);
    const isSame = own.status === 304 && step.form === 'again' && lastAnswer !== null;
    const answer = isSame ? { ...own, status: 200, text: lastAnswer.text } : own;
    const etag = answer.headers.get('etag');
    if ((step.form === 'stored' || step.form === 'again') && answer.status === 200 && etag !== null)
      truth.lastAnswer = { etag, text: answer.text };
    const allIsWell = this.redisWasWell && this.upstreamsWereWell && !estate.setting.smallQuota;
    this.faults.push(...judge(estate, sent, answer, allIsWell));
    return answer;
  }

  /** Whether nothing but the upstreams can be why the customer is not answered. */
  private isToNote(step: Of<'read'>, truth: Truth, erasureRequests: number): boolean {
    if (truth.erased !== 'no' || truth.erasureRequests !== erasureRequests) return false; // Judged already.
    return step.awaited && step.directive !== 'only-if-cached' && !this.isRefusing(step.by);
  }

  /** What one good answer promises for later ones. */
  private note(step: Of<'read'>, truth: Truth, answer: Answer): void {
    const { status, text } = answer;
    const isProfile = step.form === 'stored' || step.form === 'named';
    if (isProfile && status === 200 && text.includes('"source":"reseller","state":"ok"'))
      truth.goodSince ??= this.now();
    if (isProfile && status !== 200 && this.redisWasWell && truth.goodSince !== null)
      this.faults.push(`status ${status} although ${truth.mark} was answered before and nothing took that away`);
    // Without Redis the stored link is unknown; a connector requested alone may have none.
    const mustBeWell = isProfile || (this.redisWasWell && step.form !== 'one' && step.form !== 'explanation');
    if (!mustBeWell || !this.upstreamsWereWell || this.estate.setting.smallQuota) return;
    for (const one of statusesOf(step, answer))
      // Judged already: another one of a batch may be erased.
      if (one !== 200 && one !== 410) this.faults.push(`status ${one} although the upstreams have always been well`);
  }

  private isRefusing(by: number): boolean {
    return this.estate.setting.refuses && !this.estate.reaches(by);
  }

  private fail(step: Of<'fault'> | Of<'hold'>): void {
    this.upstreamsWereWell = false;
    this.tokens.fail(step);
    for (const { faults } of this.estate.sandboxes)
      faults.set(step.source, step.kind === 'hold' ? { kind: 'hold' } : FAULT_OF[step.fault]);
  }

  private forgetWhatWasGood(): void {
    for (const truth of this.truths) truth.goodSince = null;
  }

  private truthOf(of: { readonly of: number; readonly customer: number }): Truth {
    const truth = this.truths.find(({ subject }) => subject.of === of.of && subject.customer === of.customer);
    if (!truth) throw new Error('no such customer');
    return truth;
  }

  private now(): number {
    return this.estate.host.now();
  }
}
