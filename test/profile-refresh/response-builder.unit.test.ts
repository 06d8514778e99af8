import { expect, it } from '@jest/globals';
import { MERGE_RULES_VERSION } from '../../src/profile-merge/merge.ts';
import { ResponseBuilder } from '../../src/profile-refresh/response-builder.ts';
import { configWith } from '../support/config-with.ts';
import { TestClock } from '../support/test-clock.ts';
import { wideInvalidations } from '../support/wide-invalidations.ts';

it('a stored response names the merge rules, the policy and the connectors that made it', () => {
  const config = configWith({ BILLING_CONNECTORS: 'xero,stripe' });
  const clock = new TestClock();
  const { mergeKey } = new ResponseBuilder(config, clock, wideInvalidations(config, clock));
  expect(mergeKey).toBe(`${MERGE_RULES_VERSION} ${config.mergePolicy.version} xero,stripe`);
});
