import { randomUUID } from 'node:crypto';

export const LINKS = '/v1/customer-links';
export const NDJSON = 'application/x-ndjson';

export interface NewLink {
  readonly customerId: string;
  readonly billingCustomerId: string;
}

/** One line of an import's report, its summary included. */
export interface ReportLine {
  readonly line?: number;
  readonly customerId?: string;
  readonly outcome?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly in: string; readonly name?: string; readonly detail: string }[];
  readonly summary?: Readonly<Record<string, number | boolean>>;
}

let made = 0;

/** A link for a customer that has none yet. */
export function newLink(billingCustomerId: string = randomUUID()): NewLink {
  made += 1;
  return { customerId: `30${String(made).padStart(13, '0')}`, billingCustomerId };
}

export const newLinks = (count: number): readonly NewLink[] => Array.from({ length: count }, () => newLink());

export const toLines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

/** The links alone, as lines: tens of thousands are compared as one text. */
export const linksOf = (lines: readonly unknown[]): string =>
  toLines(
    (lines as readonly NewLink[]).map(({ customerId, billingCustomerId }) => ({ customerId, billingCustomerId })),
  );

/** Each line parsed, the last one whole, too. */
export function readLines(text: string): readonly unknown[] {
  if (!text.endsWith('\n')) throw new Error('the last line is not whole');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

/** Imports a file; the report is read line by line when the answer is 200. */
export async function importFile(
  url: string,
  file: string | Uint8Array<ArrayBuffer>,
  { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Headers; lines: readonly ReportLine[]; body: string }> {
  const answer = await fetch(`${url}${LINKS}/import${query}`, {
    method: 'POST',
    headers: { 'content-type': NDJSON, ...headers },
    body: file,
  });
  const body = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    lines: answer.ok ? (readLines(body) as ReportLine[]) : [],
    body,
  };
}

/** The lines of an export that was not cut off, the last one apart. */
export async function exportAll(
  url: string,
  headers: Record<string, string> = {},
  query = '',
): Promise<{ links: readonly (NewLink & { linkedBy: string })[]; last: unknown; text: string }> {
  const answer = await fetch(`${url}${LINKS}/export${query}`, { headers });
  const text = await answer.text();
  const lines = readLines(text) as (NewLink & { linkedBy: string })[];
  return { links: lines.slice(0, -1), last: lines.at(-1), text };
}
