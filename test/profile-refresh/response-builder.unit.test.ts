import { expect, it } from '@jest/globals';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { MERGE_RULES_VERSION } from '../../src/profile-merge/merge.ts';
import { ResponseBuilder } from '../../src/profile-refresh/response-builder.ts';
import { TestClock } from '../support/test-clock.ts';
import { wideInvalidations } from '../support/wide-invalidations.ts';

it('a stored response names the merge rules, the policy and the connectors that made it', () => {
  const config = new Config(
    readEnv({
      RESELLER_API_KEY: 'none',
      RESELLER_ACCESS_TOKEN: 'none',
      BILLING_API_KEY: 'none',
      BILLING_ORGANISATION: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
      BILLING_CONNECTORS: 'xero,stripe',
    }),
  );
  const clock = new TestClock();
  const { mergeKey } = new ResponseBuilder(config, clock, wideInvalidations(config, clock));
  expect(mergeKey).toBe(`${MERGE_RULES_VERSION} ${config.mergePolicy.version} xero,stripe`);
});
