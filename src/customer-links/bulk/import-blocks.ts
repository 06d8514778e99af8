import { Injectable } from '@nestjs/common';
import { Clock } from '../../config/clock.ts';
import { UNCONDITIONAL } from '../link-condition.ts';
import { BulkLinks } from './bulk-links.ts';
import { isTemporary, withTries } from './bulk-tries.ts';
import { type ImportLine } from './import-lines.ts';
import { type BlockReport, type LineReport, undone } from './import-report.ts';

/** The caller and the organisation of an import. `dryRun`: report what an import would do, and change nothing. */
export interface ImportOptions {
  readonly organisation: string;
  readonly caller: string;
  readonly dryRun: boolean;
  /** For the log. */
  readonly requestId: string;
}

/** Stores the links of a block of lines at once, and tries those again that Redis does not answer. */
@Injectable()
export class ImportBlocks {
  constructor(
    private readonly clock: Clock,
    private readonly links: BulkLinks,
  ) {}

  /** @throws the signal's reason when it is aborted between two tries */
  async handle(block: readonly ImportLine[], order: ImportOptions, left: AbortSignal): Promise<BlockReport> {
    const reports = block.map((line) => undone(line, 'failed'));
    const open = new Map(block.entries());
    const tryOpen = async ([at, line]: [number, ImportLine]): Promise<void> => {
      reports[at] = await this.handleLine(line, order);
      open.delete(at);
    };
    try {
      await withTries(this.clock, left, async () => {
        const tried = await Promise.allSettled([...open].map(tryOpen));
        const failure = tried.find((one) => one.status === 'rejected');
        if (failure) throw failure.reason;
      });
    } catch (error) {
      if (left.aborted || !isTemporary(error)) throw error;
    }
    return { reports, isRedisAway: open.size > 0 };
  }

  /** @throws what is temporary: the line is to be tried again */
  private async handleLine(line: ImportLine, { organisation, caller, dryRun }: ImportOptions): Promise<LineReport> {
    if ('errors' in line) return undone(line, 'failed');
    const { customerId, billingCustomerId } = line;
    const customer = { organisation, customerId };
    try {
      const outcome = dryRun
        ? outcomeOf((await this.links.store.get(customer))?.link.billingCustomerId, billingCustomerId)
        : (await this.links.changes.put(customer, billingCustomerId, caller, UNCONDITIONAL))?.outcome;
      return outcome === undefined || outcome === 'removed'
        ? undone(line, 'failed')
        : { line: line.line, customerId, outcome };
    } catch (error) {
      if (isTemporary(error)) throw error;
      return undone(line, 'failed');
    }
  }
}

function outcomeOf(present: string | undefined, wanted: string): 'created' | 'replaced' | 'unchanged' {
  if (present === undefined) return 'created';
  return present === wanted ? 'unchanged' : 'replaced';
}
