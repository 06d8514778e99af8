import { type ConnectorName } from '../../../client/src/index.ts';
import { nameOf } from '../words/names.ts';

/** What kind of id a text may be. */
export type Guess =
  | { readonly kind: 'customer'; readonly id: string }
  | { readonly kind: 'billing'; readonly id: string }
  | { readonly kind: 'external'; readonly id: string }
  | { readonly kind: 'connector'; readonly connector: ConnectorName; readonly id: string };

const CONNECTORS = ['stripe', 'adyen', 'quickbooks', 'xero', 'zoho', 'netsuite', 'avalara', 'anrok', 'salesforce', 'hubspot', 'dealhub'] as const satisfies readonly ConnectorName[]; // prettier-ignore

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const CUSTOMER_ID = /^[\p{L}\d-]{4,40}$/u;
const PREFIXED = /^([a-z ]+?)\s*:\s*(\S.*)$/isu;
const KINDS: Readonly<Record<string, 'customer' | 'billing' | 'external'>> = {
  customer: 'customer',
  id: 'customer',
  billing: 'billing',
  external: 'external',
  reference: 'external',
};

/** The kinds of id that the text may be. Only these are looked up. */
export function guessesOf(typed: string): readonly Guess[] {
  const text = typed.trim();
  if (text === '') return [];
  const [, prefix = '', id = ''] = PREFIXED.exec(text) ?? [];
  const kind = KINDS[prefix.toLowerCase()];
  if (kind !== undefined) return [{ kind, id }];
  const connector = CONNECTORS.find((name) => name === prefix.toLowerCase().replace(/\s/g, ''));
  if (connector !== undefined) return [{ kind: 'connector', connector, id }];
  if (UUID.test(text)) return [{ kind: 'billing', id: text.toLowerCase() }];
  if (/^cus_\w+$/.test(text)) return [{ kind: 'connector', connector: 'stripe', id: text }];
  const external: Guess = { kind: 'external', id: text };
  return CUSTOMER_ID.test(text) ? [{ kind: 'customer', id: text }, external] : [external];
}

/** "a Stripe id". */
export function guessInWords(guess: Guess): string {
  switch (guess.kind) {
    case 'customer':
      return 'a customer id';
    case 'billing':
      return 'a billing customer id';
    case 'external':
      return 'an external reference';
    case 'connector':
      return `${/^[AEIOU]/.test(nameOf(guess.connector)) ? 'an' : 'a'} ${nameOf(guess.connector)} id`;
  }
}
