import { type Sandbox } from '../../sandbox/server.ts';
import { type Host } from './estate.ts';

const WINDOW_MS = 5000;
/** A call that is noticed late counts as made later, by as much as time passes between two looks. */
const NOTICED_WITHIN_MS = 500;

/** Counts the calls to the reseller of each organisation against the time of the services. */
export class QuotaWatch {
  private readonly seen: { readonly at: number; readonly calls: number }[][];

  private readonly sandboxes: readonly [Sandbox, Sandbox];
  private readonly host: Host;

  constructor(sandboxes: readonly [Sandbox, Sandbox], host: Host) {
    this.sandboxes = sandboxes;
    this.host = host;
    this.seen = sandboxes.map(() => []);
  }

  look(): void {
    this.sandboxes.forEach(({ traffic }, at) => {
      this.seen[at]?.push({ at: this.host.now(), calls: traffic.counts.bySource.reseller });
    });
  }

  /** Says whether more calls than the quota came within less than its window: between two looks that are nearer than that. */
  overdrawn(quota: number): readonly string[] {
    return this.seen.flatMap((looks, organisation) => {
      const last = looks.at(-1);
      const first = looks.find(({ at }) => last && last.at - at < WINDOW_MS - NOTICED_WITHIN_MS);
      const calls = (last?.calls ?? 0) - (first?.calls ?? 0);
      return calls > quota
        ? [`${calls} calls to the reseller of organisation ${organisation} within five seconds; ${quota} are allowed`]
        : [];
    });
  }
}
