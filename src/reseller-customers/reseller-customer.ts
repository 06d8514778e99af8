import { type PostalAddress, type ResellerAccount } from './reseller-account.schema.ts';

/**
 * A customer of the reseller customers API, in our words. Strings that are empty or absent upstream are null, absent lists
 * are [].
 */
export interface ResellerCustomer {
  readonly customerId: string;
  readonly companyName: string | null;
  /** null: no address is known. */
  readonly address: PostalAddress | null;
  /** The one in the address. */
  readonly phoneNumber: string | null;
  readonly account: ResellerAccount;
}
