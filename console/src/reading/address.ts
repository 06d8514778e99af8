import { type Subject } from './view.ts';

/** What the URL's fragment asks for. The fragment never leaves the browser and never holds credentials. */
export type Address =
  | { readonly kind: 'home' }
  | { readonly kind: 'find'; readonly text: string }
  | ({ readonly kind: 'customer' } & Subject);

const HOME: Address = { kind: 'home' };

export function addressOf(fragment: string): Address {
  const [path = '', query = ''] = fragment.replace(/^#/, '').split('?');
  const [, kind, encoded = ''] = path.split('/');
  const text = decoded(encoded);
  if (text === '') return HOME;
  if (kind === 'find') return { kind, text };
  if (kind !== 'customers') return HOME;
  const billingCustomerId = new URLSearchParams(query).get('billingCustomerId');
  return { kind: 'customer', customerId: text, ...(billingCustomerId ? { billingCustomerId } : {}) };
}

export function fragmentOf(address: Address): string {
  switch (address.kind) {
    case 'home':
      return '#/';
    case 'find':
      return `#/find/${encodeURIComponent(address.text)}`;
    case 'customer': {
      const link = address.billingCustomerId;
      const query = link === undefined ? '' : `?billingCustomerId=${encodeURIComponent(link)}`;
      return `#/customers/${encodeURIComponent(address.customerId)}${query}`;
    }
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return text;
  }
}
