import { ask, forgetRequest, invalidateRequest, linkRequest, type Request } from './asking.ts';
import { type Estate } from './estate.ts';
import { type Answer } from './judge.ts';
import { type Step } from './schedule.ts';
import { type Truth } from './truth.ts';

type Of<K extends Step['kind']> = Extract<Step, { kind: K }>;

/** Changes made through the service, and what each promises once it is confirmed. */
export class Changes {
  private readonly estate: Estate;
  private readonly truths: readonly Truth[];
  private readonly faults: string[];

  /** @param faults receives a description of each fault of an answer */
  constructor(estate: Estate, truths: readonly Truth[], faults: string[]) {
    this.estate = estate;
    this.truths = truths;
    this.faults = faults;
  }

  async forget(step: Of<'forget'>, truth: Truth): Promise<void> {
    const confirmed = await this.confirmed(step.by, truth, forgetRequest(step, truth), 204);
    truth.goodSince = null;
    if (!confirmed) return;
    for (const source of ['reseller', 'stripe'] as const)
      if (step.source === '' || step.source === source) this.raise(truth, source, step.by);
  }

  async invalidate(step: Of<'invalidate'>, truth: Truth): Promise<void> {
    const confirmed = await this.confirmed(step.by, truth, invalidateRequest(step, truth), 202);
    const covers = { customer: 'both', billing: 'stripe', source: 'reseller', organisation: 'both' }[step.level];
    for (const other of this.truths) {
      const isWide = step.level === 'source' || step.level === 'organisation';
      if (other.subject.of !== step.of || (!isWide && other !== truth)) continue;
      if (step.mode === 'refetch') other.goodSince = null;
      if (confirmed && covers !== 'stripe') this.raise(other, 'reseller', step.by);
      if (confirmed && covers !== 'reseller' && step.level !== 'billing') this.raise(other, 'stripe', step.by);
    }
  }

  async link(step: Of<'link'>, truth: Truth): Promise<void> {
    const { link: before, erased } = truth;
    const { status, text } = await this.ask(step.by, truth, linkRequest(step, truth));
    const isConfirmed =
      step.how === 'import' && step.to !== null ? /"(created|replaced|unchanged)":1/.test(text) : status < 300;
    const wasRefused = step.how === 'if-none-match' && status === 412;
    const isErased = status === 410 || text.includes('is of a customer who was erased');
    if (isErased && erased === 'no') this.faults.push('a link of a customer that is not erased is refused as erased');
    if (isConfirmed && erased === 'yes' && truth.pendingErasures === 0 && this.estate.reaches(step.by))
      this.faults.push(`a link of an erased customer is changed (${status})`);
    if (isErased) return;
    if (step.how === 'if-none-match' && typeof before === 'string' && isConfirmed)
      this.faults.push(`DELETE with If-None-Match: * removed a link (${status})`);
    if (wasRefused) return;
    truth.link = isConfirmed
      ? step.to === null || step.how === 'if-none-match'
        ? null
        : truth.billing[step.to]
      : undefined;
    truth.linkFloor = { by: step.by, at: this.estate.host.now() };
  }

  /** From now on, reads return at least the upstream's version at the time the change was sent. */
  private raise(truth: Truth, source: 'reseller' | 'stripe', by: number): void {
    truth.floors[source].push({ by, at: this.estate.host.now(), version: truth.versions[source].current });
  }

  private async confirmed(by: number, truth: Truth, request: Request, status: number): Promise<boolean> {
    const answer = await this.ask(by, truth, request);
    if (answer.status !== status && answer.status !== 503) this.faults.push(`${request.path}: ${answer.status}`);
    return answer.status === status;
  }

  private ask(by: number, truth: Truth, request: Request): Promise<Answer> {
    return this.estate.host.finish(request.path, ask(this.estate.url(by), truth, request));
  }
}
