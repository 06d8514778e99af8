import { ask, eraseRequest, liftRequest } from './asking.ts';
import { type Estate } from './estate.ts';
import { type Answer } from './judge.ts';
import { type Step } from './schedule.ts';
import { type Truth } from './truth.ts';

type Of<K extends Step['kind']> = Extract<Step, { kind: K }>;

/** How often a request is sent that Redis has not answered in time, as it does not on a busy machine. */
const TRIES = 5;
/** How often a lift is tried, with the erasure finished before, until the customer is permitted. */
const LIFTS = 8;

/** Erasures through the service, and what is known of each customer's. */
export class Erasures {
  private readonly estate: Estate;
  private readonly faults: string[];

  /** @param faults receives a description of each fault of an answer */
  constructor(estate: Estate, faults: string[]) {
    this.estate = estate;
    this.faults = faults;
  }

  /**
   * Erases the customer, whose upstreams have another value from then on: what is shown later tells whether it is from before.
   * @param isDue whether nothing has failed that may fail it
   */
  async erase({ by, awaited }: Of<'erase'>, truth: Truth, isDue: () => boolean): Promise<void> {
    const { host } = this.estate;
    truth.change('reseller', host.now());
    truth.change('stripe', host.now());
    const versions = { reseller: truth.versions.reseller.current, stripe: truth.versions.stripe.current };
    const own = this.begin(truth);
    truth.link = undefined;
    truth.pendingErasures += 1;
    const send = (): Promise<Answer | null> => {
      const work = ask(this.estate.url(by), truth, eraseRequest(truth)).catch(() => null); // Its process may be killed.
      return awaited ? host.finish('an erasure', work) : work;
    };
    let answer = await send();
    for (let tries = 1; tries < TRIES && answer?.status === 503 && isDue(); tries += 1) {
      await this.estate.reached(by);
      answer = await send();
    }
    truth.pendingErasures -= 1;
    const isFailure = answer?.status !== 200;
    if (answer && isFailure && (answer.status !== 503 || isDue()))
      this.faults.push(`an erasure: ${answer.status} ${answer.text}`);
    if (isFailure || truth.erasureRequests !== own) return;
    truth.erased = 'yes';
    truth.removedBelow = versions;
    truth.link = null;
    truth.linkFloor = { by, at: host.now() };
    for (const source of ['reseller', 'stripe'] as const)
      truth.floors[source].push({ by, at: host.now(), version: versions[source] });
  }

  /** Permits the customer again. @param isDue whether nothing has failed that may fail it */
  async lift({ by }: Of<'lift'>, truth: Truth, isDue: () => boolean): Promise<void> {
    const { erased } = truth;
    const isErasing = truth.pendingErasures > 0;
    const own = this.begin(truth);
    let status = await this.statusOfLift(by, truth);
    for (let tries = 1; tries < TRIES && status === 503 && isDue(); tries += 1) {
      await this.estate.reached(by);
      status = await this.statusOfLift(by, truth);
    }
    const isFault = erased === 'yes' && this.estate.reaches(by) && !isErasing && status !== 204;
    if (isFault && (isDue() || status !== 503)) this.faults.push(`lifting an erasure that is in force: ${status}`);
    if (erased === 'no' && status === 204) this.faults.push('an erasure is lifted that there never was');
    if (isErasing || truth.erasureRequests !== own || (status !== 204 && status !== 404)) return;
    truth.erased = 'no';
  }

  /** Permits every customer again, after all erasures have ended. */
  async recover(truth: Truth): Promise<void> {
    if (truth.erased === 'no') return;
    for (let tries = 0; tries < LIFTS; tries += 1) {
      const status = await this.statusOfLift(0, truth);
      if (status === 204 || status === 404) {
        truth.erased = 'no';
        return;
      }
      await this.estate.host.finish('an erasure', ask(this.estate.url(0), truth, eraseRequest(truth)));
      await this.estate.pass(this.estate.span('failure'));
    }
    this.faults.push(`the erasure of ${truth.mark} cannot be lifted`);
  }

  /** Redis may know no erasure any more, or an older state of it. */
  lose(truths: readonly Truth[]): void {
    for (const truth of truths) {
      if (truth.erasureRequests > 0) truth.erased = 'unknown';
      truth.removedBelow = null;
    }
  }

  private begin(truth: Truth): number {
    if (truth.erased === 'no') truth.erased = 'unknown';
    truth.goodSince = null;
    truth.erasureRequests += 1;
    return truth.erasureRequests;
  }

  private async statusOfLift(by: number, truth: Truth): Promise<number> {
    const work = ask(this.estate.url(by), truth, liftRequest(truth));
    return (await this.estate.host.finish('the end of an erasure', work)).status;
  }
}
