import { type Explanation } from './explanation.schema.ts';

const times = {
  fetchedAt: '2026-03-01T12:00:00.000Z',
  checkedAt: '2026-03-01T12:00:00.000Z',
  changedAt: '2026-02-11T08:30:00.000Z',
};
const none = {
  value: null,
  losers: [],
  source: null,
  fetchedAt: null,
  checkedAt: null,
  changedAt: null,
  stale: false,
  rule: 'none',
};

/** The explanation for a caller who may not see values, with two of its parts. */
export const EXPLANATION_EXAMPLE: Explanation = {
  customerId: '9876543210',
  organisation: '3d8f7a52-5f0e-4b53-9a43-1c0d6f3b2a11',
  billingCustomerId: '00000000-0000-4000-8000-000000000001',
  at: '2026-03-01T12:01:00.000Z',
  policy: '1+0f3a9c1e',
  cache: { level: 'redis', redis: 'answered' },
  valuesShown: false,
  parts: [
    {
      source: 'billing',
      state: 'linked',
      ...times,
      ageSeconds: 60,
      freshForSeconds: 240,
      usableForSeconds: 86_340,
      failure: null,
      breaker: null,
      lastAnswerAt: null,
      value: { billingCustomerId: '00000000-0000-4000-8000-000000000001', resolver: 'link-store' },
      refresh: { asked: false, why: 'fresh' },
    },
    {
      source: 'stripe',
      state: 'linked',
      ...times,
      checkedAt: '2026-03-01T12:00:58.000Z',
      ageSeconds: 60,
      freshForSeconds: 240,
      usableForSeconds: 86_340,
      failure: {
        state: 'upstream_error',
        status: 500,
        reason: 'status 500',
        at: '2026-03-01T12:00:58.000Z',
        since: '2026-03-01T12:00:48.000Z',
        attempts: 2,
        retryInSeconds: 8,
      },
      breaker: 'closed',
      lastAnswerAt: '2026-03-01T12:00:59.000Z',
      value: { referenceId: '<id 1>', customerName: '<name 1> inc', email: 'address1@domain1.example' },
      refresh: { asked: false, why: 'failed_recently' },
    },
  ],
  fields: {
    name: { value: '<name 1> inc', losers: [], source: 'stripe', ...times, stale: true, rule: 'only-source' },
    email: {
      value: 'address1@domain1.example',
      losers: [],
      source: 'stripe',
      ...times,
      stale: true,
      rule: 'only-source',
    },
    phoneNumber: none,
    address: none,
  },
  identity: { verdict: 'unknown', evidence: [] },
};
