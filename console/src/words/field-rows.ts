import { type Explanation, type Part } from '../reading/view.ts';
import { whyEqual } from './differences.ts';
import { type FieldName } from './names.ts';

/** What one or several sources say of a field. */
export interface FieldRow {
  readonly sources: readonly string[];
  readonly text: string;
  readonly kind: 'winner' | 'same' | 'equal' | 'differs';
  /** Why it counts as equal although it is written otherwise. */
  readonly reason?: string;
}

interface Account {
  readonly companyName?: string | null;
  readonly phoneNumber?: string | null;
  readonly address?: unknown;
  readonly account?: {
    readonly contacts?: readonly { readonly email: string | null; readonly phoneNumber: string | null }[];
  };
}
interface Reference {
  readonly customerName?: string | null;
  readonly email?: string | null;
}

/** The winner first, then who says the same, then who differs; sources with one text share a row. */
export function rowsOf(field: FieldName, { parts, fields, valuesShown }: Explanation): readonly FieldRow[] {
  const { source: winner, value, losers } = fields[field];
  const shown = textOf(value);
  const losing = new Map<string, string>(losers.map(({ source, value: theirs }) => [source, textOf(theirs)]));
  const rows: FieldRow[] = [];
  const add = (source: string, row: Omit<FieldRow, 'sources'>): void => {
    const at = rows.findIndex(({ kind, text }) => kind === row.kind && text === row.text && kind !== 'winner');
    const known = rows[at];
    if (known) rows[at] = { ...known, sources: [...known.sources, source] };
    else rows.push({ sources: [source], ...row });
  };
  for (const part of parts) {
    const { source } = part;
    const theirs = losing.get(source) ?? textOf(candidateOf(field, part));
    if (theirs.trim() === '') continue;
    if (source === winner) add(source, { text: shown, kind: 'winner' });
    else if (losing.has(source)) add(source, { text: theirs, kind: 'differs' });
    // Of placeholders neither is known: whether the values are written alike, and why they count as equal.
    else if (!valuesShown) add(source, { text: theirs, kind: 'equal' });
    else if (theirs === shown) add(source, { text: theirs, kind: 'same' });
    else add(source, { text: theirs, kind: 'equal', reason: whyEqual(field, shown, theirs) });
  }
  const order = ['winner', 'same', 'equal', 'differs'];
  return rows.sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
}

/** What a source says of a field, where the merge takes it from. */
function candidateOf(field: FieldName, { source, value }: Part): unknown {
  if (source === 'billing' || typeof value !== 'object' || value === null) return null;
  if (source !== 'reseller') {
    const { customerName, email } = value as Reference;
    return field === 'name' ? customerName : field === 'email' ? email : null;
  }
  const { companyName, phoneNumber, address, account } = value as Account;
  const contacts = account?.contacts ?? [];
  switch (field) {
    case 'name':
      return companyName;
    case 'email':
      return contacts.map(({ email }) => email).find(isKnown);
    case 'phoneNumber':
      return [phoneNumber ?? null, ...contacts.map((contact) => contact.phoneNumber)].find(isKnown);
    case 'address':
      return address;
  }
}

const isKnown = (text: string | null): boolean => text !== null && text.trim() !== '';

const ADDRESS = ['addressLine1', 'addressLine2', 'postalCode', 'city', 'region', 'country'];

/** A value as one text. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  const lines = ADDRESS.map((name) => (value as Readonly<Record<string, unknown>>)[name]);
  return lines.filter((line) => typeof line === 'string' && line.trim() !== '').join(', ');
}
