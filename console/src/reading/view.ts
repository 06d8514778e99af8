import { type CustomerLink, type Explanation as Explained } from '../../../client/src/index.ts';
import { type Failure } from './failure.ts';

export type Explanation = Extract<Explained, { readonly valuesShown: boolean }>;
export type Part = Explanation['parts'][number];
export type Field = Explanation['fields'][keyof Explanation['fields']];

export type LinkView =
  | { readonly kind: 'stored'; readonly link: CustomerLink; readonly etag: string | null }
  | { readonly kind: 'none' }
  /** The caller may not see it. */
  | { readonly kind: 'hidden' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A customer, and the link to read it with. */
export interface Subject {
  readonly customerId: string;
  /** Named by the page's URL; replaces the stored link. */
  readonly billingCustomerId?: string;
}

/** Everything that is shown of a customer. */
export interface CustomerView extends Subject {
  readonly explanation: Explanation;
  /** Of the reseller's account; null: not known, or not to be seen. */
  readonly status: { readonly code: string; readonly label: string | null } | null;
  /** Why the profile could not be read; the explanation then shows what is cached. */
  readonly failure: Failure | null;
  readonly link: LinkView;
  /** No link is known, as several billing customers could be meant. */
  readonly isAmbiguous: boolean;
  /** false: the caller may not read profiles, so the view shows what is cached. */
  readonly isRead: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
}
