import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';

/** The configuration of a service that nobody starts, with these variables. */
export const configWith = (more: Readonly<Record<string, string>> = {}): Config =>
  new Config(
    readEnv({
      RESELLER_API_KEY: 'none',
      RESELLER_ACCESS_TOKEN: 'none',
      BILLING_API_KEY: 'none',
      BILLING_ORGANISATION: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
      ...more,
    }),
  );
