import { type PostalAddress, type ResellerAccount } from './reseller-account.schema.ts';

/**
 * A customer as the reseller customers API knows it, in our words. Strings that were empty or absent upstream are null,
 * lists that were absent are [].
 */
export interface ResellerCustomer {
  readonly customerId: string;
  readonly companyName: string | null;
  /** null: no address is known. */
  readonly address: PostalAddress | null;
  /** The one written in the address. */
  readonly phoneNumber: string | null;
  readonly account: ResellerAccount;
}
