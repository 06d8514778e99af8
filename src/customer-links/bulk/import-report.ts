import { type ProblemCode, type ValidationIssue } from '../../problems/problem.ts';
import { type ImportLine } from './import-lines.ts';

/** The result of one line. `failed`: the link may or may not be stored. `not_tried`: it is not stored by this import. */
export type LineReport =
  | { readonly line: number; readonly customerId: string; readonly outcome: 'created' | 'replaced' | 'unchanged' }
  | { readonly line: number; readonly outcome: 'refused'; readonly errors: readonly ValidationIssue[] }
  | { readonly line: number; readonly customerId: string; readonly outcome: Undone; readonly code: ProblemCode };

export type Undone = 'failed' | 'not_tried';

/** The reports on some lines. `isRedisAway`: some of them had no answer in any try. */
export interface BlockReport {
  readonly reports: readonly LineReport[];
  readonly isRedisAway: boolean;
}

/** The report on a line that was not tried, or that failed. */
export function undone(line: ImportLine, outcome: Undone, code: ProblemCode = 'link_store_unavailable'): LineReport {
  if ('errors' in line) return { line: line.line, outcome: 'refused', errors: line.errors };
  return { line: line.line, customerId: line.customerId, outcome, code };
}

/** The report on a line whose customer was erased: it is not stored. */
export const erased = (line: number): LineReport => ({
  line,
  outcome: 'refused',
  errors: [{ in: 'body', name: 'customerId', detail: 'is of a customer who was erased' }],
});

export const notTried = (block: readonly ImportLine[]): BlockReport => ({
  reports: block.map((line) => undone(line, 'not_tried')),
  isRedisAway: false,
});
