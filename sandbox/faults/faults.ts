import type { Source } from '../api.ts';
import { isConnectorName } from '../connectors.ts';
import { InvalidInput } from '../invalid-input.ts';
import { type Fault, type FaultSource, faultSources, isAnswerFault } from './fault.ts';
import { checkFault } from './fault-check.ts';

export type { Fault, FaultSource } from './fault.ts';

/** A fault that hits a request. */
export interface Hit {
  readonly fault: Fault;
  /** Resolves when the fault is cleared, or when the caller has left. */
  readonly cleared: (left: AbortSignal) => Promise<void>;
}

/** The faults set now, at most one per source. */
export class Faults {
  readonly #bySource = new Map<FaultSource, { fault: Fault; left: number }>();
  /** Requests that wait until the fault of their source is cleared. */
  readonly #held = new Map<FaultSource, Set<() => void>>();

  /**
   * Sets a source's fault, in place of the one it had.
   * @throws InvalidInput naming everything that is wrong with the source or the fault
   */
  set(source: FaultSource, fault: Fault): void {
    checkSource(source);
    const checked = checkFault(fault);
    this.#bySource.set(source, { fault: checked, left: checked.times ?? Infinity });
  }

  /** Clears one source, or all. @throws InvalidInput for an unknown source */
  clear(source?: FaultSource): void {
    if (source !== undefined) checkSource(source);
    for (const name of source === undefined ? faultSources : [source]) {
      this.#bySource.delete(name);
      for (const release of this.#held.get(name) ?? []) release();
      this.#held.delete(name);
    }
  }

  /** The faults set now; `times` is how many requests each will still hit. */
  list(): Readonly<Partial<Record<FaultSource, Fault>>> {
    const entries = [...this.#bySource].map(([source, { fault, left }]) => [
      source,
      left === Infinity ? fault : { ...fault, times: left },
    ]);
    return Object.fromEntries(entries) as Partial<Record<FaultSource, Fault>>;
  }

  /** @internal The fault that hits this request, counted against its `times`. Only an accepted request can be hit by an AnswerFault. */
  take(source: Source, accepted: boolean): Hit | undefined {
    const key = this.#keyFor(source);
    const entry = key && this.#bySource.get(key);
    if (!entry || (isAnswerFault(entry.fault) && !accepted)) return undefined;
    entry.left -= 1;
    if (entry.left === 0) this.#bySource.delete(key);
    return { fault: entry.fault, cleared: (left) => this.#cleared(key, left) };
  }

  #cleared(key: FaultSource, left: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const held = this.#held.get(key) ?? new Set();
      this.#held.set(key, held.add(resolve));
      left.addEventListener('abort', () => {
        held.delete(resolve);
        resolve();
      });
    });
  }

  #keyFor(source: Source): FaultSource | undefined {
    if (source === 'unrouted') return undefined;
    if (source === 'otherConnectors') return 'billing';
    const isOfBilling = source === 'billingCustomers' || isConnectorName(source);
    return isOfBilling && !this.#bySource.has(source) ? 'billing' : source;
  }
}

function checkSource(source: string): asserts source is FaultSource {
  if ((faultSources as readonly string[]).includes(source)) return;
  throw new InvalidInput([`source '${source}' is unknown; allowed: ${faultSources.join(', ')}`]);
}
