import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Clock } from '../../config/clock.ts';
import { type ProblemCode, type ValidationIssue } from '../../problems/problem.ts';
import { type ImportLine, readImportLines } from './import-lines.ts';
import { LinkChanges } from '../link-changes.ts';
import { UNCONDITIONAL } from '../link-condition.ts';
import { LinkStore } from '../link-store.ts';

/** The result of one line. `failed`: Redis did not answer, so the link may or may not be stored. */
export type LineReport =
  | { readonly line: number; readonly customerId: string; readonly outcome: 'created' | 'replaced' | 'unchanged' }
  | { readonly line: number; readonly outcome: 'refused'; readonly errors: readonly ValidationIssue[] }
  | { readonly line: number; readonly customerId: string; readonly outcome: 'failed'; readonly code: ProblemCode };

/** The caller and the organisation of an import. `dryRun`: report what an import would do, and change nothing. */
export interface ImportOptions {
  readonly organisation: string;
  readonly caller: string;
  readonly dryRun: boolean;
  /** For the log. */
  readonly requestId: string;
}

/** Lines that are imported at once. They share one connection, and each command has REDIS_TIMEOUT_MS. */
const CONCURRENCY = 100;
/** The pause after a block of lines that all failed; after so many such blocks in a row the rest is not tried. */
const PAUSE_MS = 500;
const MAX_FAILED_BLOCKS = 10;

/** Imports links line by line, with a report on each. */
@Injectable()
export class LinkImport {
  constructor(
    private readonly clock: Clock,
    private readonly store: LinkStore,
    private readonly changes: LinkChanges,
  ) {}

  /**
   * The report as NDJSON: one line for each line of the file that is not blank, in its order, then the summary. The import
   * goes no further than its report is read.
   */
  async *report(file: Buffer, order: ImportOptions): AsyncGenerator<string> {
    const counts = { created: 0, replaced: 0, unchanged: 0, refused: 0, failed: 0 };
    const lineOf = new Map<string, number>();
    let lines = 0;
    let failedBlocks = 0;
    for (const block of readImportLines(file, CONCURRENCY)) {
      await nextTurn(); // Lets other requests run between the blocks.
      const isGivenUp = failedBlocks >= MAX_FAILED_BLOCKS;
      if (failedBlocks > 0 && !isGivenUp) await this.clock.sleep(PAUSE_MS);
      const once = block.map((line) => withoutDuplicate(line, lineOf));
      const reports = isGivenUp ? once.map(failure) : await Promise.all(once.map((line) => this.handle(line, order)));
      for (const { outcome } of reports) counts[outcome] += 1;
      lines += reports.length;
      const tried = reports.filter(({ outcome }) => outcome !== 'refused');
      if (tried.length > 0) failedBlocks = tried.every(({ outcome }) => outcome === 'failed') ? failedBlocks + 1 : 0;
      if (reports.length > 0) yield reports.map((report) => `${JSON.stringify(report)}\n`).join('');
    }
    yield `${JSON.stringify({ summary: { ...counts, lines, dryRun: order.dryRun } })}\n`;
  }

  private async handle(line: ImportLine, { organisation, caller, dryRun }: ImportOptions): Promise<LineReport> {
    if ('errors' in line) return failure(line);
    const { customerId, billingCustomerId } = line;
    const customer = { organisation, customerId };
    try {
      const outcome = dryRun
        ? outcomeOf((await this.store.get(customer))?.link.billingCustomerId, billingCustomerId)
        : (await this.changes.put(customer, billingCustomerId, caller, UNCONDITIONAL))?.outcome;
      return outcome === undefined || outcome === 'removed' ? failure(line) : { line: line.line, customerId, outcome };
    } catch {
      return failure(line);
    }
  }
}

function outcomeOf(present: string | undefined, wanted: string): 'created' | 'replaced' | 'unchanged' {
  if (present === undefined) return 'created';
  return present === wanted ? 'unchanged' : 'replaced';
}

/** The report on a line that was not tried, or that failed. */
function failure(line: ImportLine): LineReport {
  if ('errors' in line) return { line: line.line, outcome: 'refused', errors: line.errors };
  return { line: line.line, customerId: line.customerId, outcome: 'failed', code: 'link_store_unavailable' };
}

/** The line, or its refusal when an earlier line is for the same customer: either of the two may be the one that is meant. */
function withoutDuplicate(line: ImportLine, lineOf: Map<string, number>): ImportLine {
  if ('errors' in line) return line;
  const first = lineOf.get(line.customerId);
  if (first === undefined) {
    lineOf.set(line.customerId, line.line);
    return line;
  }
  const detail = `line ${first} is for the same customer`;
  return { line: line.line, errors: [{ in: 'body', name: 'customerId', detail }] };
}
