import { parse } from 'secure-json-parse';
import { isObject } from '../../json/json.ts';
import { InputCheck } from '../../problems/input-check.ts';
import { type ValidationIssue } from '../../problems/problem.ts';
import { LinkLine } from './bulk-links.dto.ts';

export const MAX_LINE_BYTES = 4096;

/** A line of an import: the link to store, or the reasons why it is refused. */
export type ImportLine =
  | { readonly line: number; readonly customerId: string; readonly billingCustomerId: string }
  | { readonly line: number; readonly errors: readonly ValidationIssue[] };

const LINE_FEED = 10;
const NOT_JSON = 'must be one JSON object in UTF-8, without __proto__ or constructor.prototype';

/**
 * Reads a file, `chunkSize` lines at a time. Lines end in LF or CR LF and may begin with a byte order mark. Blank lines and
 * the last line of an export are skipped, but counted.
 */
export function* readImportLines(file: Buffer, chunkSize: number): Generator<readonly ImportLine[]> {
  let start = 0;
  for (let line = 1; start < file.length;) {
    const lines: ImportLine[] = [];
    for (let read = 0; read < chunkSize && start < file.length; read += 1, line += 1) {
      const lineFeed = file.indexOf(LINE_FEED, start);
      const end = lineFeed < 0 ? file.length : lineFeed;
      const found = readLine(file.subarray(start, end), line);
      if (found) lines.push(found);
      start = end + 1;
    }
    yield lines;
  }
}

/** Whether the file has more lines than this. */
export function hasMoreLines(file: Buffer, max: number): boolean {
  let at = -1;
  for (let lines = 0; lines < max; lines += 1) {
    at = file.indexOf(LINE_FEED, at + 1);
    if (at < 0) return false;
  }
  return at < file.length - 1;
}

/** @returns null for a blank line, and for the last line of an export */
function readLine(bytes: Buffer, line: number): ImportLine | null {
  if (bytes.length > MAX_LINE_BYTES) return refusal(line, `must be at most ${MAX_LINE_BYTES} bytes`);
  const value = parseLine(bytes);
  if (value === null) return null;
  if (value === undefined) return refusal(line, NOT_JSON);
  const check = new InputCheck();
  const { customerId, billingCustomerId } = check.values(LinkLine, 'body', value);
  if (check.issues.length > 0) return { line, errors: check.issues };
  return { line, customerId, billingCustomerId: billingCustomerId.toLowerCase() };
}

/** @returns null for a blank line, undefined for one that is not JSON */
function parseLine(bytes: Buffer): object | null | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
    if (text === '') return null;
    const value = parse(text, null, { protoAction: 'error', constructorAction: 'error' }) as unknown;
    if (!isObject(value)) return undefined;
    return isEndOfExport(value) ? null : value;
  } catch {
    return undefined; // The error's message would quote the line.
  }
}

function isEndOfExport(value: Readonly<Record<string, unknown>>): boolean {
  const { exported, unreadable = 0, after, ...others } = value;
  const isAfter = after === undefined || typeof after === 'string';
  const areCounts = Number.isSafeInteger(exported) && Number.isSafeInteger(unreadable);
  return areCounts && isAfter && Object.keys(others).length === 0;
}

const refusal = (line: number, detail: string): ImportLine => ({
  line,
  errors: [{ in: 'body', detail }],
});
