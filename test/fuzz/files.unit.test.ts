import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NO_LIMITS } from '../../src/config/callers/caller-limits.ts';
import { parseCallers, sha256 } from '../../src/config/callers/callers.ts';
import { RIGHTS } from '../../src/config/callers/rights.ts';
import { EnvironmentError } from '../../src/config/environment/environment-error.ts';
import {
  DEFAULT_POLICY,
  mergePolicy,
  type PolicyContent,
  policyContent,
} from '../../src/config/merge-policy/merge-policy.ts';
import { policyIssues } from '../../src/config/merge-policy/policy-issues.ts';
import { parseOrganisations } from '../../src/config/organisations/organisations-file.ts';
import { anyUnicode } from '../support/any-unicode.ts';
import { fuzz, LIMIT_MS, mutated } from './fuzz.ts';

/** Stands in for a value; no issue may repeat it. */
const SECRET = 'zq7-secret-value';
const callers = {
  callers: [
    { name: 'billing-jobs', keys: [{ sha256: sha256(SECRET), notAfter: '2027-01-01T00:00:00Z' }], organisations: ['5b1f0c3e-7a52-4d0b-9c7e-2f6a8d4e1b90'], rights: [...RIGHTS], limits: { requestsPerSecond: 50, burst: 100, concurrent: 20, quotaShare: 0.2, quotaCeiling: 0.9 } },
    { name: 'support', keySha256: sha256('another'), rights: ['profiles:read'] },
  ],
}; // prettier-ignore
const organisations = {
  organisations: [
    { id: '5b1f0c3e-7a52-4d0b-9c7e-2f6a8d4e1b90', resellerApiKey: SECRET, resellerClientSecret: SECRET, billingApiKey: SECRET },
    { id: 'c2d94a67-03be-4f18-8e55-91b7d6a0f3c4', resellerApiKey: SECRET, resellerAccessToken: SECRET, billingApiKey: SECRET },
  ],
}; // prettier-ignore

/** The text of a file: JSON as it should be with changes, any JSON, and any text. */
const fileLike = (valid: unknown): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: mutated([valid]).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: anyUnicode() },
    { weight: 1, arbitrary: fc.nat(400).map((length) => JSON.stringify(valid).slice(0, length)) },
  );

describe('a file of configuration, whatever is in it, is used or refused with issues that repeat no value:', () => {
  it(
    'CALLERS_FILE',
    async () => {
      await fuzz(
        fileLike(callers),
        (text) => {
          const parsed = parseCallers(text, NO_LIMITS);
          if ('issues' in parsed) {
            expect(parsed.issues.length).toBeGreaterThan(0);
            expect(parsed.issues.join()).not.toContain('zq7');
            return;
          }
          for (const { name, keys, rights, limits } of parsed.callers) {
            expect(name).toMatch(/^[\w.-]{1,64}$/);
            for (const key of keys) expect(key.sha256).toMatch(/^[\da-f]{64}$/);
            for (const key of keys) expect(key.notAfter).not.toBeNaN();
            for (const right of rights) expect(RIGHTS).toContain(right);
            expect(limits.rate?.requestsPerSecond ?? 1).toBeGreaterThan(0);
          }
        },
        {
          inputs: 2000,
          saved: ['', 'null', '[]', '{"callers":{}}', '{"callers":[null]}', '{"callers":[{"__proto__":{}}]}'],
        },
      );
    },
    LIMIT_MS,
  );

  it(
    'ORGANISATIONS_FILE',
    async () => {
      await fuzz(
        fileLike(organisations),
        (text) => {
          try {
            for (const { id, resellerApiKey, billingApiKey } of parseOrganisations(text)) {
              expect(id).toMatch(/^[\da-f-]{36}$/);
              for (const secret of [resellerApiKey, billingApiKey]) expect(secret).not.toBe('');
            }
          } catch (error) {
            if (!(error instanceof EnvironmentError)) throw error;
            expect(error.message).not.toContain('zq7');
          }
        },
        { inputs: 2000, saved: ['', 'null', '{"organisations":[null]}', '{"organisations":[{"id":null}]}'] },
      );
    },
    LIMIT_MS,
  );

  it(
    'PROFILE_POLICY_FILE',
    async () => {
      await fuzz(
        fc.oneof(
          mutated([{ ...policyContent(DEFAULT_POLICY), version: '1', sharedDomains: ['zq7.example.com'] }]),
          fc.jsonValue(),
        ),
        (content) => {
          const issues = policyIssues(content);
          expect(issues.join()).not.toContain('zq7');
          if (issues.length > 0) return;
          const policy = mergePolicy(content as PolicyContent);
          expect(policyIssues(JSON.parse(JSON.stringify(policyContent(policy))))).toEqual([]);
        },
        { inputs: 2000, saved: [null, [], '', { version: '1', fields: {} }] },
      );
    },
    LIMIT_MS,
  );
});
