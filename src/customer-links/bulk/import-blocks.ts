import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/audit-log.ts';
import { Clock } from '../../config/clock.ts';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { Problem } from '../../problems/problem.ts';
import { toProblem } from '../../problems/translate.ts';
import { CustomerErased } from '../../tombstones/customer-erased.ts';
import { Tombstones } from '../../tombstones/tombstones.ts';
import { UNCONDITIONAL } from '../link-condition.ts';
import { type LinkChange } from '../link-store.ts';
import { BulkLinks } from './bulk-links.ts';
import { isTemporary, withRetries } from './bulk-retries.ts';
import { IMPORT_ROUTE } from './import-body.ts';
import { type ImportLine } from './import-lines.ts';
import { type BlockReport, erased, type LineReport, undone } from './import-report.ts';

/** The caller and the organisation of an import. `dryRun`: report what an import would do, and change nothing. */
export interface ImportOptions {
  readonly organisation: string;
  readonly caller: string;
  readonly dryRun: boolean;
  /** For logs and audit lines. */
  readonly requestId: string;
}

/** Stores the links of a block of lines at once, and retries those that Redis does not answer. */
@Injectable()
export class ImportBlocks {
  constructor(
    private readonly clock: Clock,
    private readonly links: BulkLinks,
    private readonly audit: AuditLog,
    private readonly tombstones: Tombstones,
  ) {}

  /** @throws the signal's reason when it is aborted between two tries */
  async handle(block: readonly ImportLine[], options: ImportOptions, left: AbortSignal): Promise<BlockReport> {
    const reports = block.map((line) => undone(line, 'failed'));
    const open = new Map(block.entries());
    const tryOpen = async ([at, line]: [number, ImportLine]): Promise<void> => {
      reports[at] = await this.handleLine(line, options);
      open.delete(at);
    };
    try {
      await withRetries(this.clock, left, async () => {
        const tried = await Promise.allSettled([...open].map(tryOpen));
        const failure = tried.find((one) => one.status === 'rejected');
        if (failure) throw failure.reason;
      });
    } catch (error) {
      if (left.aborted || !isTemporary(error)) throw error;
    }
    return { reports, isRedisAway: open.size > 0 };
  }

  /** @throws a temporary error: retry the line */
  private async handleLine(line: ImportLine, options: ImportOptions): Promise<LineReport> {
    if ('errors' in line) return undone(line, 'failed');
    const { customerId, billingCustomerId } = line;
    const customer = { organisation: options.organisation, customerId };
    try {
      const outcome = options.dryRun
        ? await this.wouldBe(customer, billingCustomerId)
        : await this.store(customer, billingCustomerId, options);
      return outcome === undefined || outcome === 'removed'
        ? undone(line, 'failed')
        : { line: line.line, customerId, outcome };
    } catch (error) {
      if (isTemporary(error)) throw error;
      if (error instanceof CustomerErased) return erased(line.line);
      return undone(line, 'failed', error instanceof Problem ? error.code : undefined);
    }
  }

  private async wouldBe(
    customer: CustomerKey,
    billingCustomerId: string,
  ): Promise<'created' | 'replaced' | 'unchanged'> {
    const found = await this.links.store.get(customer);
    if (!found) await this.tombstones.assertNone(customer);
    return outcomeOf(found?.link.billingCustomerId, billingCustomerId);
  }

  /** @throws Problem `audit_unavailable` when no audit line can be written; nothing is stored */
  private async store(
    customer: CustomerKey,
    billingCustomerId: string,
    { organisation, caller, requestId }: ImportOptions,
  ): Promise<LinkChange['outcome'] | undefined> {
    const { customerId } = customer;
    const end = this.audit.begin({
      operation: `POST ${IMPORT_ROUTE}`,
      right: 'links:write',
      caller,
      organisation,
      customerId,
      requestId,
    });
    try {
      const change = await this.links.changes.put(customer, billingCustomerId, caller, UNCONDITIONAL);
      end(change?.outcome ?? 'precondition_failed');
      return change?.outcome;
    } catch (error) {
      end(toProblem(error, 'link_store_unavailable').code);
      throw error;
    }
  }
}

function outcomeOf(present: string | undefined, wanted: string): 'created' | 'replaced' | 'unchanged' {
  if (present === undefined) return 'created';
  return present === wanted ? 'unchanged' : 'replaced';
}
