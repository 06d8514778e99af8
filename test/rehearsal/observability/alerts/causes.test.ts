import { describe, expect, it } from '@jest/globals';
import { constant, counter, rules, testRules, withoutPromtool } from '../../../deploy/promtool.ts';

type Labels = Readonly<Record<string, string>>;
type Series = Readonly<Record<string, string>>;

interface Case {
  readonly alert: string;
  readonly fires: Series;
  readonly labels?: Labels;
  readonly quiet: Series;
}

const OF = { namespace: 'shop', job: 'customer-profiles' };
const ONE = { ...OF, instance: 'one' };
const AFTER_MINUTES = 60;
const DAY = 86_400;

/** A series of the first process. */
const one = (name: string, labels = ''): string => series(name, 'one', labels);
const two = (name: string, labels = ''): string => series(name, 'two', labels);

function series(name: string, instance: string, labels: string): string {
  const more = labels === '' ? '' : `,${labels}`;
  return `${name}{namespace="shop",job="customer-profiles",instance="${instance}"${more}}`;
}

/** A counter that stands still, and then counts in the last ten minutes. */
const lately = (perMinute: number): string => counter([0, AFTER_MINUTES - 10], [perMinute, 20]);
/** A series that its first event makes. */
const appears = `_x${AFTER_MINUTES - 4} ${constant(1)}`;
const still = constant(3);
const gauge = (name: string, labels = ''): { of: (value: number) => Series } => ({
  of: (value) => ({ [one(name, labels)]: constant(value) }),
});

const REQUESTS = 'http_server_request_duration_seconds_count';
const failed = 'http_route="/v1/customer-profiles/:customerId",http_response_status_code="500"';
const CALLS = 'http_client_request_duration_seconds_count';
const COMMANDS = 'db_client_operation_duration_seconds';
const reply = 'db_operation_name="eval",db_response_status_code="OOM"';
const breaker = one('upstream_breaker_state', 'upstream="billing",operation="get_connector_xero"');
/** What is left of a quota. */
const quota = (left: number, calls: number): Series => ({
  [one('upstream_quota_left', 'upstream="reseller"')]: constant(left),
  [one('upstream_quota_calls', 'upstream="reseller"')]: constant(calls),
});
/** How much of a limit a process has, and the limit in MiB. */
const memory = (share: number, limit: number): Series => ({
  [one('process_resident_memory_bytes')]: constant(share * limit * 2 ** 20),
  [one('process_memory_limit_bytes')]: constant(limit * 2 ** 20),
});
const calls = { [one(CALLS, 'upstream="reseller",state="ok"')]: counter([100, 100]) };
const commands = (slowPerMinute: number): Series => ({
  [one(`${COMMANDS}_count`, 'outcome="ok"')]: counter([1000, 100]),
  [one(`${COMMANDS}_bucket`, 'outcome="ok",le="0.05"')]: counter([1000 - slowPerMinute, 100]),
});

const CASES: readonly Case[] = [
  {
    alert: 'CustomerProfilesDown',
    fires: { [one('up')]: constant(0) },
    labels: {},
    quiet: { [one('up')]: constant(0), [two('up')]: constant(1) },
  },
  {
    alert: 'CustomerProfilesProcessDown',
    fires: { [one('up')]: constant(0), [two('up')]: constant(1) },
    labels: ONE,
    quiet: { [one('up')]: constant(1), [two('up')]: `1x56 0x3 ${constant(1)}` },
  },
  {
    alert: 'CustomerProfilesErrorTrickle',
    fires: { [one(REQUESTS, failed)]: counter([1, 100]) },
    quiet: { [one(REQUESTS, failed)]: counter([0, 50], [2, 10], [0, 40]) },
  },
  {
    alert: 'CustomerProfilesInternalErrors',
    fires: { [one(REQUESTS, failed)]: appears },
    quiet: { [one(REQUESTS, failed)]: still },
  },
  {
    // The billing platform's own 500, passed on.
    alert: 'CustomerProfilesInternalErrors',
    fires: { [one(REQUESTS, `${failed},error_type="internal_error"`)]: lately(1) },
    quiet: { [one(REQUESTS, `${failed},error_type="billing_platform_failed"`)]: lately(1) },
  },
  {
    alert: 'CustomerProfilesRefusesColdReads',
    fires: { [one('refresh_refusals_total', 'kind="read"')]: lately(5) },
    quiet: { [one('refresh_refusals_total', 'kind="read"')]: still },
  },
  {
    alert: 'CustomerProfilesUpstreamBreakerOpen',
    // A scrape may meet a probe. With few calls it takes long until there are enough of them.
    fires: { [breaker]: '2 1 2 1 '.repeat(25) },
    labels: { ...OF, upstream: 'billing', operation: 'get_connector_xero' },
    quiet: { [breaker]: `0x57 2x0 1x0 ${constant(0)}` },
  },
  {
    alert: 'CustomerProfilesUpstreamRefusesCredentials',
    fires: { [one(CALLS, 'upstream="billing",state="unauthorised"')]: counter([0, AFTER_MINUTES - 20], [5, 30]) },
    labels: { ...OF, upstream: 'billing' },
    // A token ended early: each process is refused once, and asks for another one.
    quiet: {
      [one(CALLS, 'upstream="billing",state="unauthorised"')]: counter([0, AFTER_MINUTES - 8], [1, 1], [0, 30]),
      [two(CALLS, 'upstream="billing",state="unauthorised"')]: counter([0, AFTER_MINUTES - 6], [1, 1], [0, 30]),
    },
  },
  {
    alert: 'CustomerProfilesQuotaNearlySpent',
    fires: { ...quota(90, 1000), ...calls },
    labels: { ...OF, upstream: 'reseller' },
    // What the last call left counts only while there are calls.
    quiet: { ...quota(90, 1000), [one(CALLS, 'upstream="reseller",state="ok"')]: still },
  },
  {
    // A small quota, mostly unspent.
    alert: 'CustomerProfilesQuotaNearlySpent',
    fires: { ...quota(4, 50), ...calls },
    labels: { ...OF, upstream: 'reseller' },
    quiet: { ...quota(40, 50), ...calls },
  },
  {
    alert: 'CustomerProfilesRedisAway',
    fires: { [one('redis_breaker_state')]: '2 1 '.repeat(50), [two('redis_breaker_state')]: constant(0) },
    quiet: { [one('redis_breaker_state')]: `0x58 2x0 ${constant(0)}`, [two('redis_breaker_state')]: constant(0) },
  },
  {
    alert: 'CustomerProfilesRedisNodesAway',
    fires: gauge('redis_nodes_away').of(1),
    quiet: gauge('redis_nodes_away').of(0),
  },
  { alert: 'CustomerProfilesRedisSlow', fires: commands(20), quiet: commands(5) },
  {
    alert: 'CustomerProfilesRedisRefuses',
    fires: { [one('redis_refusals_total', reply)]: lately(5) },
    labels: { ...OF, db_operation_name: 'eval', db_response_status_code: 'OOM' },
    quiet: { [one('redis_refusals_total', reply)]: still },
  },
  {
    alert: 'CustomerProfilesRedisPermissionsMissing',
    fires: gauge('redis_permissions_missing').of(2),
    quiet: gauge('redis_permissions_missing').of(0),
  },
  {
    alert: 'CustomerProfilesLinksMayBeEvicted',
    fires: gauge('redis_links_may_be_evicted').of(1),
    quiet: gauge('redis_links_may_be_evicted').of(0),
  },
  {
    alert: 'CustomerProfilesNotSubscribed',
    fires: { ...gauge('redis_subscribed').of(0), ...gauge('redis_breaker_state').of(0) },
    labels: ONE,
    // While Redis is away there is another alert.
    quiet: { ...gauge('redis_subscribed').of(0), ...gauge('redis_breaker_state').of(2) },
  },
  {
    alert: 'CustomerProfilesUnreadableValues',
    fires: { [one('profile_cache_unreadable_values_total')]: lately(1) },
    quiet: { [one('profile_cache_unreadable_values_total')]: still },
  },
  {
    alert: 'CustomerProfilesUpstreamDrift',
    fires: { [one('upstream_drift_total', 'upstream="reseller",field="other",kind="field"')]: appears },
    labels: { ...OF, upstream: 'reseller' },
    quiet: { [one('upstream_drift_total', 'upstream="reseller",field="other",kind="field"')]: still },
  },
  {
    alert: 'CustomerProfilesChangesLate',
    fires: { [one('customer_changes_failures_total')]: lately(2) },
    quiet: { [one('customer_changes_failures_total')]: still },
  },
  {
    alert: 'CustomerProfilesChangesDeferred',
    fires: { [one('customer_changes_deferred_total')]: lately(2) },
    quiet: { [one('customer_changes_deferred_total')]: still },
  },
  {
    alert: 'CustomerProfilesCallersFileRefused',
    fires: gauge('callers_file_failed').of(1),
    quiet: gauge('callers_file_failed').of(0),
  },
  {
    alert: 'CustomerProfilesOrganisationsFileRefused',
    fires: gauge('organisations_file_failed').of(1),
    quiet: gauge('organisations_file_failed').of(0),
  },
  {
    alert: 'CustomerProfilesCallerKeyEnds',
    fires: gauge('callers_file_next_key_end_timestamp_seconds').of(6 * DAY),
    quiet: { ...gauge('callers_file_next_key_end_timestamp_seconds').of(8 * DAY) },
  },
  {
    alert: 'CustomerProfilesRedisCertificateEnds',
    fires: gauge('redis_client_certificate_end_timestamp_seconds').of(13 * DAY),
    quiet: gauge('redis_client_certificate_end_timestamp_seconds').of(15 * DAY),
  },
  {
    alert: 'CustomerProfilesLogLinesDropped',
    fires: { [one('log_lines_dropped_total')]: lately(1) },
    quiet: { [one('log_lines_dropped_total')]: still },
  },
  {
    alert: 'CustomerProfilesAuditRefuses',
    fires: { [one('audit_refusals_total')]: lately(1) },
    quiet: { [one('audit_refusals_total')]: still },
  },
  {
    alert: 'CustomerProfilesEventLoopLate',
    fires: gauge('nodejs_eventloop_lag_p99_seconds').of(0.2),
    labels: ONE,
    quiet: gauge('nodejs_eventloop_lag_p99_seconds').of(0.05),
  },
  {
    alert: 'CustomerProfilesMemoryHigh',
    fires: memory(0.95, 1000),
    labels: ONE,
    quiet: memory(0.93, 1000),
  },
];

(withoutPromtool === null ? describe : describe.skip)(
  `the causes of deploy/monitoring/rules.yaml${withoutPromtool ?? ''}`,
  () => {
    it.each(CASES)('$alert fires, and is quiet', ({ alert, fires, labels = OF, quiet }) => {
      const at = `${AFTER_MINUTES}m`;
      const firing = { series: fires, alerts: [{ at, alert, labels: [labels] }] };
      expect(testRules(firing, { series: quiet, alerts: [{ at, alert, labels: [] }] })).toBe('');
    });
  },
);

it('every alert of deploy/monitoring/rules.yaml has a test', () => {
  const alerts = rules().flatMap(({ alert }) => alert ?? []);
  const burns = ['Availability', 'Latency', 'Completeness', 'Freshness'].flatMap((objective) =>
    ['FastBurn', 'SlowBurn', 'BudgetSpent'].map((burn) => `CustomerProfiles${objective}${burn}`),
  );
  expect(alerts).toEqual([...burns, ...new Set(CASES.map(({ alert }) => alert))]);
});
