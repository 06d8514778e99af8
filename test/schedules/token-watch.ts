import { type Sandbox } from '../../sandbox/server.ts';
import { type Host } from './estate.ts';
import { type Answer, type Read } from './judge.ts';
import { ORGANISATIONS, type Step } from './schedule.ts';
import { type Truth } from './truth.ts';

/** A process that has a token uses it while only the issuer of tokens is away. A single refusal costs the customer that meets it a while. */
export class TokenWatch {
  /** Whether the reseller has always been well, but for single refusals, and no clock has jumped. */
  private isSure = true;
  private isIssuerAway = false;
  /** The processes that have a token, and of which organisation. */
  private readonly have = new Set<string>();
  /** How many refusals there were when a customer was last asked for, and when each customer may have met one. */
  private readonly seen = [0, 0];
  private readonly refusedAt = new Map<string, number>();
  private readonly sandboxes: readonly [Sandbox, Sandbox];
  private readonly host: Host;

  constructor(sandboxes: readonly [Sandbox, Sandbox], host: Host) {
    this.sandboxes = sandboxes;
    this.host = host;
  }

  fail(step: Extract<Step, { kind: 'fault' | 'hold' }>): void {
    if (step.source === 'token') this.isIssuerAway = true;
    if (step.source === 'reseller' && (step.kind === 'hold' || step.fault !== 'one-401')) this.isSure = false;
  }

  heal(): void {
    this.isIssuerAway = false;
  }

  jump(): void {
    this.isSure = false;
  }

  /** A process that starts again has no token. */
  restart(by: number): void {
    for (const of of ORGANISATIONS) this.have.delete(`${by} ${of}`);
  }

  /** Before a read: refusals of before may have met any customer. */
  begin({ subject: { of } }: Truth): { readonly calls: number } {
    if (this.refusals(of) > (this.seen[of] ?? 0)) this.refusedAt.set(`${of}`, this.host.now());
    this.seen[of] = this.refusals(of);
    return { calls: this.calls(of) };
  }

  /** @param isAlone whether nothing else was under way that could have made its calls */
  judge({ by }: Read, truth: Truth, { status }: Answer, calls: number, isAlone: boolean): readonly string[] {
    const { of } = truth.subject;
    const now = this.host.now();
    if (this.refusals(of) > (this.seen[of] ?? 0)) this.refusedAt.set(truth.mark, now);
    this.seen[of] = this.refusals(of);
    if (status === 200 && isAlone && this.calls(of) > calls && !this.isIssuerAway) this.have.add(`${by} ${of}`);
    const refusedAt = Math.max(...[truth.mark, `${of}`].map((name) => this.refusedAt.get(name) ?? -Infinity));
    const mayFail = now - refusedAt < this.host.times.failureMs * 1.2;
    if (status === 200 || mayFail || !this.isSure || !this.have.has(`${by} ${of}`)) return [];
    return [`status ${status} although the process has a token, and the reseller is well`];
  }

  private calls(of: 0 | 1): number {
    return this.sandboxes[of].traffic.counts.bySource.reseller;
  }

  private refusals(of: 0 | 1): number {
    return this.sandboxes[of].traffic.counts.byStatus[401] ?? 0;
  }
}
