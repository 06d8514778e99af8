import axios from 'axios';
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';

/** The fields read from the reseller customers API's answer. */
export interface ResellerCustomer {
  readonly customerId: string;
  readonly externalReferenceId?: string;
  readonly resellerId?: string;
  readonly status?: string;
  readonly globalSalesEnabled?: boolean;
  readonly cotermDate?: string;
  readonly creationDate?: string;
  readonly discounts?: readonly unknown[];
  readonly companyProfile?: {
    readonly companyName?: string;
    readonly preferredLanguage?: string;
    readonly marketSegment?: string;
    readonly address?: Readonly<Record<string, string>>;
    readonly contacts?: readonly { readonly email?: string; readonly phoneNumber?: string }[];
  };
}

/** The answer of one billing connector. */
export interface ConnectorAnswer {
  readonly name: string;
  readonly state: 'linked' | 'not_linked' | 'error';
  readonly referenceId: string | null;
  readonly customerName: string | null;
  readonly email: string | null;
}

const CONNECTORS = 'stripe adyen quickbooks xero zoho netsuite avalara anrok salesforce hubspot dealhub'.split(' ');
const { RESELLER_API_URL, RESELLER_API_KEY, RESELLER_ACCESS_TOKEN = '' } = process.env;
const { BILLING_API_URL, BILLING_API_KEY, BILLING_ORGANISATION } = process.env;
const http = axios.create({ httpAgent: new Agent({ keepAlive: true }), timeout: 1500 });

/** @throws AxiosError when there is no such customer or no answer */
export async function fetchCustomer(customerId: string): Promise<ResellerCustomer> {
  const headers = {
    'X-Api-Key': RESELLER_API_KEY,
    Authorization: `Bearer ${RESELLER_ACCESS_TOKEN}`,
    Accept: 'application/json',
    'Content-Type': 'application/json',
    'X-Correlation-Id': randomUUID(),
    'X-Request-Id': randomUUID(),
  };
  const url = `${RESELLER_API_URL}/v3/customers/${encodeURIComponent(customerId)}`;
  return (await http.get<ResellerCustomer>(url, { headers })).data;
}

/** All eleven at once; a connector that fails says so and does not fail the others. */
export function fetchConnectors(billingCustomerId: string): Promise<ConnectorAnswer[]> {
  return Promise.all(CONNECTORS.map((name) => fetchConnector(billingCustomerId, name)));
}

async function fetchConnector(billingCustomerId: string, name: string): Promise<ConnectorAnswer> {
  const none = { name, referenceId: null, customerName: null, email: null };
  try {
    const { status, data } = await http.get<Readonly<Record<string, string | null>>>(
      `${BILLING_API_URL}/customers/${billingCustomerId}/connector/${name}`,
      {
        headers: { 'x-api-key': BILLING_API_KEY, organisation: BILLING_ORGANISATION },
        validateStatus: (code) => code === 200 || code === 400,
      },
    );
    if (status === 400) {
      const notLinked = data.message?.startsWith('No integration found') ?? false;
      return { ...none, state: notLinked ? 'not_linked' : 'error' };
    }
    const { reference_id = null, customer_name = null, email = null } = data;
    return { name, state: 'linked', referenceId: reference_id, customerName: customer_name, email };
  } catch {
    return { ...none, state: 'error' };
  }
}
