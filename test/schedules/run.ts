import { customerHash } from '../../src/profile-cache/cache-keys.ts';
import { ask, readRequest } from './asking.ts';
import { Changes } from './changes.ts';
import { Estate, type Host, SMALL_QUOTA } from './estate.ts';
import { type Answer, judge, type Sent, statusesOf } from './judge.ts';
import { QuotaWatch } from './quota-watch.ts';
import { PROCESSES, type Schedule, type Step } from './schedule.ts';
import { scriptOf } from './script.ts';
import { type Truth, truths } from './truth.ts';
import { FAULT_OF } from './upstream-faults.ts';

/** What is cached of every customer, with the leases on it. */
const EVERY_CUSTOMER = `${customerHash({ organisation: '*', customerId: '*' })}*`;

type Of<K extends Step['kind']> = Extract<Step, { kind: K }>;

/**
 * Runs a schedule and checks the invariants after each step.
 * @throws Error that says what did not hold, after which step, and the schedule as a script
 */
export async function run(host: Host, schedule: Schedule): Promise<void> {
  const estate = await Estate.open(host, schedule.setting);
  const running = new Run(estate);
  let at = 0;
  try {
    for (const step of schedule.steps) {
      at += 1;
      await running.take(step);
      if (running.faults.length > 0) break;
    }
    if (running.faults.length === 0) await running.recover();
  } catch (error) {
    running.faults.push(String(error));
  } finally {
    await running.end();
  }
  if (running.faults.length > 0)
    throw new Error(`after step ${at}: ${running.faults.join('; ')}\n${scriptOf(schedule)}`);
}

let runs = 0;

class Run {
  readonly faults: string[] = [];
  private readonly truths: readonly Truth[];
  private readonly pending = new Set<Promise<void>>();
  private readonly quota: QuotaWatch;
  private readonly changes: Changes;
  /** Whether every process has always reached Redis so far, and whether the upstreams were always healthy. */
  private redisWasWell = true;
  private upstreamsWereWell = true;

  private readonly estate: Estate;

  constructor(estate: Estate) {
    this.estate = estate;
    this.truths = truths(estate.sandboxes, (runs += 1));
    this.quota = new QuotaWatch(estate.sandboxes, estate.host);
    this.changes = new Changes(estate, this.truths, this.faults);
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
    this.estate.thaw();
    await estate.connect();
    await estate.host.finish('all reads end', Promise.all(this.pending));
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
        let tries = 0;
        while (!(await isWell())) {
          tries += 1;
          if (tries === 8) this.faults.push(`process ${index} does not recover for ${truth.mark}`);
          if (tries === 8) return;
          await estate.pass(estate.span('failure'));
        }
      }
  }

  async end(): Promise<void> {
    for (const { faults } of this.estate.sandboxes) faults.clear();
    this.estate.thaw();
    await Promise.allSettled(this.pending);
    await this.estate.close();
  }

  private async perform(step: Step): Promise<void> {
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
      case 'fault':
      case 'hold':
        this.fail(step);
        return;
      case 'heal':
        for (const { faults } of this.estate.sandboxes) faults.clear();
        return;
      case 'jump':
        return this.jump(step);
      case 'pass':
        return this.estate.pass(this.estate.span(step.span));
      case 'pause':
        return this.estate.host.pause(step.by);
      case 'connect':
        this.estate.thaw();
        return this.estate.connect();
      default:
        return this.trouble(step);
    }
  }

  /** A process that is one of its own starts again with it. */
  private async jump({ by, hours }: Of<'jump'>): Promise<void> {
    this.forgetWhatWasGood();
    await this.estate.host.jump(by, hours);
    if (this.estate.reaches(by)) await this.estate.reached(by);
  }

  private async trouble(step: Of<'cut'> | Of<'restart'> | Of<'redis'>): Promise<void> {
    const { estate } = this;
    if (step.kind === 'restart')
      this.forgetWhatWasGood(); // Its unwritten results are lost.
    else this.redisWasWell = false;
    if (step.kind === 'cut') return estate.cutOff(step.by);
    if (step.kind === 'restart') return estate.restart(step.by);
    if (step.how === 'freeze') {
      estate.freeze();
      return;
    }
    this.estate.thaw();
    if (step.how === 'evict') for (const key of await estate.raw.keys(EVERY_CUSTOMER)) await estate.raw.del(key);
    else for (const truth of this.truths) truth.link = undefined;
    if (step.how === 'flush') await estate.raw.flushall();
    if (step.how === 'restart') await estate.host.finish('Redis starts', estate.restartRedis());
  }

  private async read(step: Of<'read'>): Promise<void> {
    const truth = this.truthOf(step);
    const work = this.answerTo(step, truth).then((answer) => {
      this.note(step, truth, answer);
    });
    if (step.awaited) return work;
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
      ...{ step, truth: one, at, reached },
      versions: { reseller: one.versions.reseller.current, stripe: one.versions.stripe.current },
    });
    // A batch asks for all customers of the organisation.
    const others = this.truths.filter((one) => step.form === 'batch' && one.subject.of === step.of && one !== truth);
    const sent = [sentFor(truth), ...others.map(sentFor)] as const;
    const work = ask(estate.url(step.by), truth, readRequest(step, truth));
    const answer = await (step.awaited ? estate.host.finish(`a read of ${truth.mark}`, work) : work);
    const allIsWell = this.redisWasWell && this.upstreamsWereWell && !estate.setting.smallQuota;
    this.faults.push(...judge(estate, sent, answer, allIsWell));
    return answer;
  }

  /** What one good answer promises for later ones. */
  private note(step: Of<'read'>, truth: Truth, answer: Answer): void {
    if (!step.awaited || step.directive === 'only-if-cached' || this.isRefusing(step.by)) return;
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
      if (one !== 200) this.faults.push(`status ${one} although the upstreams have always been well`);
  }

  private isRefusing(by: number): boolean {
    return this.estate.setting.refuses && !this.estate.reaches(by);
  }

  private fail(step: Of<'fault'> | Of<'hold'>): void {
    this.upstreamsWereWell = false;
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
