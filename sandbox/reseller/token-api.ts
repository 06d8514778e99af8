import { type Answer, jsonAnswer } from '../answer.ts';
import type { Api } from '../api.ts';
import { type Call, header, isMediaType } from '../call.ts';
import { credentials } from '../credentials.ts';
import type { Tokens } from './tokens.ts';

export const tokenPath = '/ims/token/v3';

/**
 * The OAuth token endpoint (client credentials in a form body). Parameters in the query string, which the original accepts,
 * are refused, so that a client that would leave its secret in access logs is caught. Source: upstreams 1.2, RFC 6749 section 5.
 */
export function tokenApi(tokens: Tokens): Api {
  return {
    documented: (status) => oauthError(status, errorOfStatus(status), 'set as a fault'),

    decide(call) {
      if (call.path !== tokenPath) {
        return { source: 'unrouted', outcome: 'refused', answer: oauthError(404, 'invalid_request', 'unknown route') };
      }
      const refusal = refusalOf(call);
      if (refusal) return { source: 'token', outcome: 'refused', answer: refusal };
      const grant = { access_token: tokens.issue(), token_type: 'bearer', expires_in: tokens.lifetimeSeconds };
      return { source: 'token', outcome: 'accepted', answer: jsonAnswer(200, grant, { 'Cache-Control': 'no-store' }) };
    },
  };
}

function refusalOf(call: Call): Answer | undefined {
  if (call.method !== 'POST') return oauthError(405, 'invalid_request', 'method must be POST', { Allow: 'POST' });
  if (call.query.size > 0) return oauthError(400, 'invalid_request', 'parameters belong in the body, not in the URL');
  if (!isMediaType(header(call, 'content-type'), 'application/x-www-form-urlencoded')) {
    return oauthError(400, 'invalid_request', 'Content-Type must be application/x-www-form-urlencoded');
  }
  const form = new URLSearchParams(call.body);
  if (new Set(form.keys()).size !== form.size) return oauthError(400, 'invalid_request', 'a parameter is repeated');
  if (!form.get('grant_type')) return oauthError(400, 'invalid_request', 'grant_type is missing');
  if (form.get('grant_type') !== 'client_credentials') {
    return oauthError(400, 'unsupported_grant_type', 'grant_type must be client_credentials');
  }
  if (!isKnownClient(form)) return oauthError(400, 'invalid_client', 'invalid client_id or client_secret parameter');
  if (!form.get('scope')) return oauthError(400, 'invalid_scope', 'scope is missing');
  return undefined;
}

function isKnownClient(form: URLSearchParams): boolean {
  const { apiKey, clientSecret, secondClientSecret } = credentials.reseller;
  const secrets: readonly (string | null)[] = [clientSecret, secondClientSecret];
  return form.get('client_id') === apiKey && secrets.includes(form.get('client_secret'));
}

function oauthError(
  status: number,
  error: string,
  description: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return jsonAnswer(status, { error, error_description: description }, headers);
}

function errorOfStatus(status: number): string {
  if (status === 400 || status === 401) return 'invalid_client';
  if (status === 403) return 'access_denied';
  if (status === 429) return 'too_many_requests';
  return status === 503 || status === 504 ? 'temporarily_unavailable' : 'server_error';
}
