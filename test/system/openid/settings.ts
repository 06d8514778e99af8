import { type JWK } from 'jose';
import { Provider } from 'oidc-provider';

/** The resource of the service, and another one. */
export const AUDIENCE = 'https://profiles.example.org/';
export const PAYROLL = 'https://payroll.example.org/';
export const CIBA = 'urn:openid:params:grant-type:ciba';
export const SECRET = 'a secret of thirty-two characters';
/** The client whose access tokens say that they are a JWT, and no more. */
export const PLAIN_JWT = 'plain-jwt';
/** Longer than the service uses keys before it fetches them again. */
const TOKEN_SECONDS = 1200;
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519', 'HS256'];

const client = (id: string, more: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  client_id: id,
  client_secret: SECRET,
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  ...more,
});

/** One for each algorithm, named after it; and two that users log in to, one of them named as the service. */
const clients = [
  ...ALGORITHMS.map((alg) => client(alg, { id_token_signed_response_alg: alg })),
  client(PLAIN_JWT, {}),
  ...[AUDIENCE, PAYROLL].map((id) => client(id, { grant_types: [CIBA], backchannel_token_delivery_mode: 'poll' })),
];

/** A provider that issues access tokens as in RFC 9068 for a named resource (RFC 8707), and opaque ones without it. */
export function createProvider(issuer: string, keys: readonly JWK[]): Provider {
  const provider: Provider = new Provider(issuer, {
    adapter: memory(),
    clients,
    jwks: { keys },
    enabledJWA: { idTokenSigningAlgValues: ALGORITHMS },
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    formats: {
      customizers: {
        jwt: (_context, { clientId }, parts) => {
          if (clientId === PLAIN_JWT) parts.header = { typ: 'JWT' };
        },
      },
    },
    ttl: {
      AccessToken: TOKEN_SECONDS,
      BackchannelAuthenticationRequest: TOKEN_SECONDS,
      ClientCredentials: TOKEN_SECONDS,
      Grant: TOKEN_SECONDS,
      IdToken: TOKEN_SECONDS,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, audience, { idTokenSignedResponseAlg: alg }) => ({
          scope: 'profiles:read',
          audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: alg.startsWith('HS') ? { alg, key: Buffer.from(SECRET) } : { alg } },
        }),
      },
      ciba: {
        enabled: true,
        processLoginHint: (_context, hint) => hint,
        validateBindingMessage: () => undefined,
        validateRequestContext: () => undefined,
        verifyUserCode: () => undefined,
        // The user agrees at once.
        triggerAuthenticationDevice: async (_context, request) => {
          const grant = new provider.Grant({ clientId: request.clientId, accountId: request.accountId });
          grant.addOIDCScope('openid');
          await provider.backchannelResult(request, await grant.save());
        },
      },
    },
  });
  return provider;
}

/** What a provider remembers, for as long as it lives. */
function memory(): (model: string) => object {
  const stored = new Map<string, unknown>();
  return (model) => ({
    upsert: (id: string, value: unknown) => Promise.resolve(void stored.set(`${model}:${id}`, value)),
    find: (id: string) => Promise.resolve(stored.get(`${model}:${id}`)),
    consume: () => Promise.resolve(),
  });
}
