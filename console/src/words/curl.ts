import { type AuthMode } from '../reading/session.ts';
import { type Subject } from '../reading/view.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const CREDENTIALS: Readonly<Record<AuthMode, string | null>> = {
  none: null,
  'api-key': '-H "X-Api-Key: $API_KEY"',
  jwt: '-H "Authorization: Bearer $TOKEN"',
};

/** The request for a customer's profile. The credentials stay a variable of the shell. @param baseUrl with a slash at its end */
export function curlOf(
  { customerId, billingCustomerId }: Subject,
  { baseUrl, mode, organisation }: { baseUrl: string; mode: AuthMode; organisation: string | undefined },
): string {
  const query = billingCustomerId === undefined ? '' : `?billingCustomerId=${encodeURIComponent(billingCustomerId)}`;
  const url = `${baseUrl}v1/customer-profiles/${encodeURIComponent(customerId)}${query}`;
  const headers = [CREDENTIALS[mode], organisation === undefined ? null : `-H ${quoted(`organisation: ${organisation}`)}`];
  return ['curl -sS', ...headers.filter((header) => header !== null), quoted(url)].join(' ');
} // prettier-ignore
