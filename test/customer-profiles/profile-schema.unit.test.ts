import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { PROFILE_SCHEMAS } from '../../src/customer-profiles/profile.schema.ts';
import { mergeProfile } from '../../src/profile-merge/merge.ts';
import { withProvenance } from '../../src/profile-merge/provenance.ts';
import { anyConnectors, anyParts, anyPolicy } from '../profile-merge/any-parts.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
const validate = ajv.compile(PROFILE_SCHEMAS.Profile);
const validateFields = ajv.compile(PROFILE_SCHEMAS.ProfileFields);

describe('the description of a profile', () => {
  it('holds for whatever is merged, by any policy, with provenance and without', () => {
    fc.assert(
      fc.property(anyParts, anyConnectors, anyPolicy, (parts, connectors, policy) => {
        const record = mergeProfile('1005110001', parts, connectors, NOW, policy);
        for (const profile of [record, withProvenance(record, parts, connectors, NOW, policy)]) {
          validate(profile);
          expect(validate.errors).toBeNull();
        }
      }),
    );
  });

  it('gives examples that are as described', () => {
    const { conflicts, identity, provenance } = PROFILE_SCHEMAS.Profile.properties as unknown as Record<
      string,
      { readonly examples: readonly unknown[] }
    >;
    const parts = { customerId: '1005', complete: true };
    for (const [name, described] of Object.entries({ conflicts, identity, provenance }))
      for (const example of described?.examples ?? []) {
        validateFields({ ...parts, [name]: example });
        expect(validateFields.errors).toBeNull();
      }
    expect(identity?.examples.length).toBeGreaterThan(0);
  });
});
