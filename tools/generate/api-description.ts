import { createApp } from '../../src/app.ts';
import { Clock } from '../../src/config/clock.ts';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { describeApi } from '../../src/describe-api.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

/** Nothing listens and nothing is called; these only let the service be made. */
const VARIABLES = {
  RESELLER_API_KEY: 'none',
  RESELLER_ACCESS_TOKEN: 'none',
  BILLING_API_KEY: 'none',
  BILLING_ORGANISATION: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
};

/** `docs/openapi.json`: what the service serves at /openapi.json. */
export async function apiDescription(): Promise<string> {
  const clock = new Clock();
  const app = await createApp(
    new Config(readEnv(VARIABLES)),
    createLogger('silent', clock, { write: () => undefined }),
    clock,
    () => undefined,
  );
  try {
    return `${JSON.stringify(describeApi(app, ''), null, 2)}\n`;
  } finally {
    await app.close();
  }
}
