/** The only credentials the sandbox accepts. Invented: they open nothing else. */
export const credentials = {
  reseller: {
    /** `X-Api-Key`, and the OAuth `client_id`. */
    apiKey: 'sandbox-reseller-key',
    clientSecret: 'sandbox-client-secret',
    /** Valid beside the first, as during a rotation of secrets. */
    secondClientSecret: 'sandbox-client-secret-next',
    /** Never expires, not even by `tokens.expireAll()`. */
    accessToken: 'sandbox-static-access-token',
    scope: 'openid,AdobeID,read_organizations',
  },
  billing: {
    apiKey: 'sandbox-billing-key',
    organisation: '0b7e2c4a-91d3-4f5e-8a6c-2d1f0e9b8c7a',
  },
} as const;
