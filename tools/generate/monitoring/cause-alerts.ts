import { FAILED } from './objectives.ts';
import { alert, type AlertingRule, BY } from './rule.ts';

const JOB = 'job="customer-profiles"';
const DAY_SECONDS = 86_400;

/**
 * Whether something was counted in the window. A series that begins with its first event has no increase: it is there and was not
 * there before.
 */
function counted(series: string, window: string, by = BY): string {
  return `sum by (${by}) (increase(${series}[${window}])) > 0 or sum by (${by}) (${series} unless ${series} offset ${window}) > 0`;
}

/** Alerts that name a cause. Only what a person must do something about pages; the rest waits for the day. */
export function causeAlerts(): readonly AlertingRule[] {
  return [
    alert('CustomerProfilesDown', {
      expr: `absent(up{${JOB}} == 1)`,
      for: '2m',
      severity: 'page',
      summary: 'Prometheus reaches no process of the service.',
      heading: 'no-process-answers',
    }),
    alert('CustomerProfilesProcessDown', {
      expr: `up{${JOB}} == 0`,
      for: '10m',
      severity: 'ticket',
      summary: 'Prometheus does not reach {{ $labels.instance }}.',
      heading: 'no-process-answers',
    }),
    alert('CustomerProfilesErrorTrickle', {
      expr: `sum by (${BY}) (increase(${FAILED}[6h])) > 30`,
      severity: 'ticket',
      summary: 'More than 30 requests failed in six hours, too few of all to burn the budget.',
      heading: 'a-trickle-of-failures',
    }),
    alert('CustomerProfilesInternalErrors', {
      // The route of one connector passes the billing platform's own 500 on.
      expr: counted(
        'http_server_request_duration_seconds_count{http_response_status_code="500",error_type!="billing_platform_failed"}',
        '15m',
      ),
      severity: 'ticket',
      summary: 'Requests were answered with 500, which is a fault of the service itself.',
      heading: 'internal-errors',
    }),
    alert('CustomerProfilesRefusesColdReads', {
      expr: counted('refresh_refusals_total', '5m'),
      for: '5m',
      severity: 'ticket',
      summary: 'Cold reads are refused, as they could not end in time.',
      heading: 'cold-reads-are-refused',
    }),
    alert('CustomerProfilesUpstreamBreakerOpen', {
      expr: `max by (${BY}, upstream, operation) (upstream_breaker_state) > 0`,
      for: '2m',
      severity: 'ticket',
      summary: '{{ $labels.upstream }} fails {{ $labels.operation }}, and is not asked but for probes.',
      heading: 'an-upstream-fails',
    }),
    alert('CustomerProfilesUpstreamRefusesCredentials', {
      expr: counted('http_client_request_duration_seconds_count{state="unauthorised"}', '5m', `${BY}, upstream`),
      // Twice the window: a token that ends early is refused once by each process, and that is over by then.
      for: '10m',
      severity: 'page',
      summary: '{{ $labels.upstream }} refuses our credentials.',
      heading: 'an-upstream-refuses-our-credentials',
    }),
    alert('CustomerProfilesQuotaNearlySpent', {
      expr: `min by (${BY}, upstream) (upstream_quota_left / (upstream_quota_calls > 0)) < 0.1 and sum by (${BY}, upstream) (rate(http_client_request_duration_seconds_count[5m])) > 0`,
      for: '5m',
      severity: 'ticket',
      summary: 'Less than a tenth of the quota of {{ $labels.upstream }} is left, again and again.',
      heading: 'the-quota-is-nearly-spent',
    }),
    alert('CustomerProfilesRedisAway', {
      expr: `sum by (${BY}) (redis_breaker_state > bool 0) / count by (${BY}) (redis_breaker_state) >= 0.5`,
      for: '1m',
      severity: 'page',
      summary: 'Half of the processes or more do not reach Redis.',
      heading: 'redis-does-not-answer',
    }),
    alert('CustomerProfilesRedisNodesAway', {
      expr: `max by (${BY}) (redis_nodes_away) > 0`,
      for: '5m',
      severity: 'ticket',
      summary: 'A process does not reach a primary of Redis.',
      heading: 'redis-does-not-answer',
    }),
    alert('CustomerProfilesRedisSlow', {
      expr: `sum by (${BY}) (rate(db_client_operation_duration_seconds_bucket{outcome="ok",le="0.05"}[5m])) / (sum by (${BY}) (rate(db_client_operation_duration_seconds_count[5m])) > 0) < 0.99`,
      for: '10m',
      severity: 'ticket',
      summary: 'More than 1 % of the Redis commands take longer than 50 ms, or fail.',
      heading: 'redis-is-slow',
    }),
    alert('CustomerProfilesRedisRefuses', {
      expr: counted('redis_refusals_total', '5m', `${BY}, db_operation_name, db_response_status_code`),
      for: '5m',
      severity: 'ticket',
      summary: 'Redis refuses {{ $labels.db_operation_name }} with {{ $labels.db_response_status_code }}.',
      heading: 'redis-refuses-commands',
    }),
    alert('CustomerProfilesRedisPermissionsMissing', {
      expr: `max by (${BY}) (redis_permissions_missing) > 0`,
      for: '5m',
      severity: 'ticket',
      summary: 'The Redis user lacks permissions that the service needs.',
      heading: 'redis-refuses-commands',
    }),
    alert('CustomerProfilesLinksMayBeEvicted', {
      expr: `max by (${BY}) (redis_links_may_be_evicted) > 0`,
      for: '5m',
      severity: 'page',
      summary: 'Redis may evict links, which are kept nowhere else.',
      heading: 'redis-may-evict-links',
    }),
    alert('CustomerProfilesNotSubscribed', {
      expr: 'redis_subscribed == 0 and redis_breaker_state == 0',
      for: '5m',
      severity: 'ticket',
      summary: '{{ $labels.instance }} reaches Redis, and does not hear what other processes forget.',
      heading: 'a-process-hears-no-events',
    }),
    alert('CustomerProfilesUnreadableValues', {
      expr: counted('profile_cache_unreadable_values_total', '15m'),
      severity: 'ticket',
      summary: 'Cached values cannot be read, and are fetched again.',
      heading: 'cached-values-cannot-be-read',
    }),
    alert('CustomerProfilesUpstreamDrift', {
      expr: counted('upstream_drift_total', '1h', `${BY}, upstream`),
      severity: 'ticket',
      summary: '{{ $labels.upstream }} sends what its documentation does not name.',
      heading: 'an-upstream-drifts',
    }),
    alert('CustomerProfilesChangesLate', {
      expr: counted('customer_changes_failures_total', '5m'),
      for: '5m',
      severity: 'ticket',
      summary: 'Changes are told late, as Redis does not take them.',
      heading: 'changes-are-told-late',
    }),
    alert('CustomerProfilesChangesDeferred', {
      expr: counted('customer_changes_deferred_total', '1h'),
      severity: 'ticket',
      summary: 'Changes wait for the next refresh of their customers, as Redis did not take too many of them.',
      heading: 'changes-are-told-late',
    }),
    alert('CustomerProfilesCallersFileRefused', {
      expr: `max by (${BY}) (callers_file_failed) > 0`,
      for: '1m',
      severity: 'ticket',
      summary: 'CALLERS_FILE cannot be used; the callers of before are in force.',
      heading: 'the-callers-file-is-refused',
    }),
    alert('CustomerProfilesOrganisationsFileRefused', {
      expr: `max by (${BY}) (organisations_file_failed) > 0`,
      for: '1m',
      severity: 'ticket',
      summary: 'ORGANISATIONS_FILE cannot be used; the organisations of before are in force.',
      heading: 'the-organisations-file-is-refused',
    }),
    alert('CustomerProfilesCallerKeyEnds', {
      expr: `min by (${BY}) (callers_file_next_key_end_timestamp_seconds) - time() < ${7 * DAY_SECONDS}`,
      severity: 'ticket',
      summary: 'A caller’s key ends within a week.',
      heading: 'a-key-or-certificate-ends',
    }),
    alert('CustomerProfilesRedisCertificateEnds', {
      expr: `min by (${BY}) (redis_client_certificate_end_timestamp_seconds) - time() < ${14 * DAY_SECONDS}`,
      severity: 'ticket',
      summary: 'The client certificate for Redis ends within two weeks.',
      heading: 'a-key-or-certificate-ends',
    }),
    alert('CustomerProfilesLogLinesDropped', {
      expr: counted('log_lines_dropped_total', '15m'),
      severity: 'ticket',
      summary: 'Log lines were dropped, as nobody took them.',
      heading: 'log-lines-are-dropped',
    }),
    alert('CustomerProfilesAuditRefuses', {
      expr: counted('audit_refusals_total', '15m'),
      severity: 'page',
      summary: 'Changes are refused, as their audit lines cannot be written.',
      heading: 'log-lines-are-dropped',
    }),
    alert('CustomerProfilesEventLoopLate', {
      expr: 'nodejs_eventloop_lag_p99_seconds > 0.1',
      for: '10m',
      severity: 'ticket',
      summary: 'The event loop of {{ $labels.instance }} is late by more than 100 ms.',
      heading: 'the-event-loop-is-late',
    }),
    alert('CustomerProfilesMemoryHigh', {
      expr: 'process_resident_memory_bytes{job="customer-profiles"} > 0.94 * process_memory_limit_bytes',
      for: '15m',
      severity: 'ticket',
      summary: '{{ $labels.instance }} has less than 6 % of its memory left.',
      heading: 'memory-is-nearly-full',
    }),
  ];
}
