import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ImportBlocks, type ImportOptions } from './import-blocks.ts';
import { type ImportLine, readImportLines } from './import-lines.ts';
import { notTried } from './import-report.ts';

/** Lines that are imported concurrently. They share one connection. */
const CONCURRENCY = 100;
/** After this many blocks in a row in which every line failed, the rest is not tried. */
const MAX_FAILED_BLOCKS = 10;

/** Imports links line by line, with a report on each. */
@Injectable()
export class LinkImport {
  constructor(private readonly blocks: ImportBlocks) {}

  /**
   * The report as NDJSON: one line for each line of the file that is not blank, in its order, then the summary. The import
   * never runs ahead of the reader of its report. It retries lines that Redis does not answer; when no retry succeeds, it
   * does not try the rest of the file.
   */
  async *report(file: Buffer, options: ImportOptions, left: AbortSignal): AsyncGenerator<string> {
    const counts = { created: 0, replaced: 0, unchanged: 0, refused: 0, failed: 0, not_tried: 0 };
    const lineOf = new Map<string, number>();
    let lines = 0;
    let failedBlocks = 0;
    for (const block of readImportLines(file, CONCURRENCY)) {
      await nextTurn(); // Lets other requests run between the blocks.
      const once = block.map((line) => withoutDuplicate(line, lineOf));
      const isGivenUp = failedBlocks >= MAX_FAILED_BLOCKS;
      const { reports, isRedisAway } = isGivenUp ? notTried(once) : await this.blocks.handle(once, options, left);
      for (const { outcome } of reports) counts[outcome] += 1;
      lines += reports.length;
      const tried = reports.filter(({ outcome }) => outcome !== 'refused');
      if (isRedisAway) failedBlocks = MAX_FAILED_BLOCKS;
      else if (tried.some(({ outcome }) => outcome !== 'failed' && outcome !== 'not_tried')) failedBlocks = 0;
      else if (tried.length > 0) failedBlocks += 1;
      if (reports.length > 0) yield reports.map((report) => `${JSON.stringify(report)}\n`).join('');
    }
    const { not_tried, ...others } = counts;
    const summary = { ...others, notTried: not_tried, lines, dryRun: options.dryRun };
    yield `${JSON.stringify({ summary })}\n`;
  }
}

/** The line, or its refusal when an earlier line is for the same customer: either of the two may be the intended one. */
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
