/** As much of oidc-provider 9 as is used here. */
declare module 'oidc-provider' {
  import { type JWK } from 'jose';
  import { type RequestListener } from 'node:http';

  interface Client {
    readonly clientId: string;
    readonly idTokenSignedResponseAlg: string;
  }
  interface BackchannelRequest {
    readonly clientId: string;
    readonly accountId: string;
  }
  interface ResourceServer {
    readonly scope: string;
    readonly audience: string;
    readonly accessTokenFormat: 'jwt';
    readonly jwt: { readonly sign: { readonly alg: string; readonly key?: Buffer } };
  }
  interface Configuration {
    readonly adapter: (model: string) => object;
    readonly clients: readonly Readonly<Record<string, unknown>>[];
    readonly jwks: { readonly keys: readonly JWK[] };
    readonly enabledJWA: { readonly idTokenSigningAlgValues: readonly string[] };
    readonly findAccount: (context: unknown, id: string) => object;
    readonly formats: {
      readonly customizers: { readonly jwt: (context: unknown, token: Token, parts: Parts) => void };
    };
    readonly ttl: Readonly<Record<string, number>>;
    readonly features: {
      readonly devInteractions: { readonly enabled: false };
      readonly clientCredentials: { readonly enabled: true };
      readonly resourceIndicators: {
        readonly enabled: true;
        readonly getResourceServerInfo: (context: unknown, resource: string, client: Client) => ResourceServer;
      };
      readonly ciba: {
        readonly enabled: true;
        readonly processLoginHint: (context: unknown, hint: string) => string;
        readonly verifyUserCode: () => void;
        readonly validateRequestContext: () => void;
        readonly validateBindingMessage: () => void;
        readonly triggerAuthenticationDevice: (context: unknown, request: BackchannelRequest) => Promise<void>;
      };
    };
  }
  interface Token {
    readonly clientId: string;
  }
  interface Parts {
    header?: Readonly<Record<string, unknown>>;
  }
  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    readonly Grant: new (of: { clientId: string; accountId: string }) => {
      addOIDCScope(scope: string): void;
      save(): Promise<string>;
    };
    callback(): RequestListener;
    backchannelResult(request: BackchannelRequest, grantId: string): Promise<void>;
  }
}
