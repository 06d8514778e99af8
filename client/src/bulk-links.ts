import { linesOf } from './lines.ts';
import { type CallOptions } from './options.ts';
import { CutOff, type ProblemCode, type ValidationIssue } from './problem.ts';
import { type Call, type Transport } from './transport.ts';
import { type ListedLink } from './types.ts';

/** A link, or the customer whose link cannot be read. */
export type ExportLine = ListedLink | { readonly customerId: string; readonly code: 'link_unreadable' };

export interface ImportedLink {
  readonly customerId: string;
  readonly billingCustomerId: string;
}

/** What became of one link; docs/links.md of the service explains each outcome. */
export type LineReport =
  | { readonly line: number; readonly customerId: string; readonly outcome: 'created' | 'replaced' | 'unchanged' }
  | { readonly line: number; readonly outcome: 'refused'; readonly errors: readonly ValidationIssue[] }
  | { readonly line: number; readonly customerId: string; readonly outcome: Undone; readonly code: ProblemCode };

type Undone = 'failed' | 'not_tried';

export interface ImportSummary {
  readonly created: number;
  readonly replaced: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly failed: number;
  readonly notTried: number;
  readonly lines: number;
  readonly dryRun: boolean;
}

export interface ImportReport {
  readonly reports: readonly LineReport[];
  readonly summary: ImportSummary;
}

export async function* exportedLines(transport: Transport, call: Call): AsyncGenerator<ExportLine, void, undefined> {
  let isWhole = false;
  for await (const line of streamed<ExportLine | { readonly exported: number }>(transport, call)) {
    if ('exported' in line) isWhole = true;
    else yield line;
  }
  if (!isWhole) throw new CutOff('The export ended before its last line.');
}

export async function importReport(
  transport: Transport,
  path: string,
  links: Iterable<ImportedLink>,
  options: CallOptions,
): Promise<ImportReport> {
  const lines = Array.from(links, ({ customerId, billingCustomerId }) =>
    JSON.stringify({ customerId, billingCustomerId }),
  );
  const headers = { 'content-type': 'application/x-ndjson' };
  const body = lines.join('\n');
  const reports: LineReport[] = [];
  const call: Call = { method: 'POST', path, headers, body, options, repeatable: false };
  for await (const line of streamed<LineReport | { readonly summary: ImportSummary }>(transport, call)) {
    if ('summary' in line) return { reports, summary: line.summary };
    reports.push(line);
  }
  throw new CutOff('The report ended before its summary. Some links are stored already. Import the same links again.');
}

async function* wholeLinesOf<T>(response: Response): AsyncGenerator<T, void, undefined> {
  try {
    yield* linesOf<T>(response);
  } catch (cause) {
    throw new CutOff('The connection was lost on the way.', { cause });
  }
}

/** A stream may take as long as it takes, once it has begun; the caller's signal ends it. */
async function* streamed<T>(transport: Transport, call: Call): AsyncGenerator<T, void, undefined> {
  const time = transport.time(call.options);
  try {
    const response = await transport.answer(call, time);
    time.stopTimer();
    yield* wholeLinesOf<T>(response);
  } catch (error) {
    time.signal.throwIfAborted();
    throw error;
  } finally {
    time.end();
  }
}
