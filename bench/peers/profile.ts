import { isAxiosError } from 'axios';
import { type ConnectorAnswer, fetchConnectors, fetchCustomer, type ResellerCustomer } from './upstreams.ts';

/** The peers' record: the fields of the service's, merged by "the first source that has one". */
export interface Profile {
  readonly customerId: string;
  readonly billingCustomerId: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phoneNumber: string | null;
  readonly address: Readonly<Record<string, string>> | null;
  readonly account: Readonly<Record<string, unknown>>;
  readonly connectors: readonly ConnectorAnswer[];
  readonly sources: readonly { readonly source: string; readonly state: string; readonly fetchedAt: string }[];
  readonly complete: boolean;
}

/**
 * Asks the reseller customers API and the eleven connectors in parallel, and merges.
 * @returns null when the reseller customers API does not know the customer
 * @throws AxiosError when it does not answer
 */
export async function assembleProfile(customerId: string, billingCustomerId: string): Promise<Profile | null> {
  try {
    const answers = await Promise.all([fetchCustomer(customerId), fetchConnectors(billingCustomerId)]);
    return merge(billingCustomerId, ...answers);
  } catch (error) {
    if (isAxiosError(error) && error.response?.status === 404) return null;
    throw error;
  }
}

function merge(billingCustomerId: string, customer: ResellerCustomer, connectors: ConnectorAnswer[]): Profile {
  const { customerId, companyProfile: { companyName, address, contacts, ...company } = {}, ...account } = customer;
  const fetchedAt = new Date().toISOString();
  const linked = connectors.find(({ state }) => state === 'linked');
  return {
    customerId,
    billingCustomerId,
    name: companyName ?? linked?.customerName ?? null,
    email: contacts?.[0]?.email ?? linked?.email ?? null,
    phoneNumber: address?.phoneNumber ?? contacts?.[0]?.phoneNumber ?? null,
    address: address ?? null,
    account: { ...account, ...company, contacts },
    connectors,
    sources: [
      { source: 'reseller', state: 'ok', fetchedAt },
      ...connectors.map(({ name, state }) => ({ source: name, state, fetchedAt })),
    ],
    complete: connectors.every(({ state }) => state !== 'error'),
  };
}
