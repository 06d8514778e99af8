import { FAILURE_STATES } from '../../../src/upstream/upstream-error.ts';

/** One line of a graph, or several, one for each value of a label. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What to conclude from it. */
  readonly description: string;
  /** Grafana's id of a unit, such as `s` or `percentunit`. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

/** Of the installation that the dashboard shows. */
const OF = 'namespace=~"$namespace",job="customer-profiles"';
const INTERVAL = '$__rate_interval';

const rate = (by: string, metric: string, labels = ''): string =>
  `sum by (${by}) (rate(${metric}{${OF}${labels === '' ? '' : `,${labels}`}}[${INTERVAL}]))`;
const total = (metric: string, labels = ''): string =>
  `sum(rate(${metric}{${OF}${labels === '' ? '' : `,${labels}`}}[${INTERVAL}]))`;
const quantile = (q: number, metric: string, by = '', labels = ''): string =>
  `histogram_quantile(${q}, ${rate(by === '' ? 'le' : `le, ${by}`, `${metric}_bucket`, labels)})`;
const worst = (by: string, metric: string): string => `max by (${by}) (${metric}{${OF}})`;

const HTTP = 'http_server_request_duration_seconds';
const READ = 'customer_profile_read_duration_seconds';
const CALL = 'http_client_request_duration_seconds';
const REDIS = 'db_client_operation_duration_seconds';

/** The rows of the dashboard, in the order in which somebody on call asks. */
export const ROWS: readonly { readonly title: string; readonly panels: readonly Panel[] }[] = [
  {
    title: 'Service',
    panels: [
      {
        title: 'Error budget burn',
        description: 'Share of bad events over an hour, by objective. The alerts compare these.',
        unit: 'percentunit',
        queries: ['availability', 'latency', 'completeness', 'freshness'].map((name) => ({
          expr: `customer_profiles:${name}_errors:ratio_rate1h{${OF}}`,
          legend: name,
        })),
      },
      {
        title: 'Requests by status',
        description:
          '5xx: the code of the problem (docs/errors.md) says whose fault. 429: a caller is over its limit. 499: callers leave.',
        unit: 'reqps',
        queries: [
          {
            expr: rate('http_response_status_code, error_type', `${HTTP}_count`),
            legend: '{{http_response_status_code}} {{error_type}}',
          },
        ],
      },
      {
        title: 'Requests by route',
        description: 'A route that grows alone is one caller’s job.',
        unit: 'reqps',
        queries: [{ expr: rate('http_route', `${HTTP}_count`), legend: '{{http_route}}' }],
      },
      {
        title: 'Duration of reads of one profile',
        description: 'Warm reads in milliseconds, fetched ones as long as the slowest source.',
        unit: 's',
        queries: [
          { expr: quantile(0.5, READ, 'cache'), legend: 'p50 {{cache}}' },
          { expr: quantile(0.99, READ, 'cache'), legend: 'p99 {{cache}}' },
        ],
      },
      {
        title: 'Incomplete profiles',
        description: 'Share of the profiles in which a source is missing. The upstreams’ row says which.',
        unit: 'percentunit',
        queries: [
          {
            expr: `${total('customer_profile_answers_total', 'complete="false"')} / (${total('customer_profile_answers_total')} > 0)`,
            legend: 'incomplete',
          },
        ],
      },
    ],
  },
  {
    title: 'Cache',
    panels: [
      {
        title: 'Reads by outcome',
        description:
          'miss instead of hit: Redis is empty or away, or customers are new. stale: refreshes fail or are slow.',
        unit: 'reqps',
        queries: [{ expr: rate('outcome, level', 'profile_cache_reads_total'), legend: '{{outcome}} {{level}}' }],
      },
      {
        title: 'Fetches begun by reason',
        description: 'A stampede is a jump of miss. Each leads to one call of each source that is due.',
        unit: 'ops',
        queries: [
          { expr: rate('reason', 'profile_cache_refreshes_total'), legend: '{{reason}}' },
          { expr: total('profile_cache_collapsed_reads_total'), legend: 'joined in the process' },
        ],
      },
      {
        title: 'Refused fetches',
        description: 'They could not end in time, and were not begun. More processes, or limits for a caller.',
        unit: 'ops',
        queries: [{ expr: rate('kind', 'refresh_refusals_total'), legend: '{{kind}}' }],
      },
      {
        title: 'Leases',
        description: 'unavailable: Redis does not answer, and each process fetches for itself.',
        unit: 'ops',
        queries: [{ expr: rate('outcome', 'profile_cache_leases_total'), legend: '{{outcome}}' }],
      },
      {
        title: 'Writes, invalidations, unreadable values',
        description: 'failed: Redis refuses or does not answer. Unreadable: an encryption key is missing.',
        unit: 'ops',
        queries: [
          { expr: rate('outcome', 'profile_cache_writes_total'), legend: 'write {{outcome}}' },
          { expr: rate('outcome', 'profile_cache_index_writes_total'), legend: 'look-up index {{outcome}}' },
          { expr: rate('direction', 'profile_cache_invalidations_total'), legend: 'invalidation {{direction}}' },
          { expr: total('profile_cache_unreadable_values_total'), legend: 'unreadable' },
        ],
      },
      {
        title: 'Bytes of an entry',
        description: 'Times the number of customers: the memory that Redis needs.',
        unit: 'bytes',
        queries: [{ expr: quantile(0.9, 'profile_cache_entry_bytes'), legend: 'p90' }],
      },
    ],
  },
  {
    title: 'Upstreams',
    panels: [
      {
        title: 'Breakers',
        description: '0 closed, 1 half-open, 2 open: the upstream fails nine of ten calls.',
        unit: 'none',
        queries: [
          {
            expr: `${worst('upstream, operation', 'upstream_breaker_state')} > 0`,
            legend: '{{upstream}} {{operation}}',
          },
        ],
      },
      {
        title: 'Calls that did not give an answer',
        description: 'By state: timeout, upstream_error, throttled, unauthorised, malformed.',
        unit: 'ops',
        queries: [
          {
            expr: rate('upstream, operation, state', `${CALL}_count`, `state=~"${FAILURE_STATES.join('|')}"`),
            legend: '{{upstream}} {{operation}} {{state}}',
          },
        ],
      },
      {
        title: 'Calls',
        description: 'Attempts, retries included.',
        unit: 'ops',
        queries: [{ expr: rate('upstream', `${CALL}_count`), legend: '{{upstream}}' }],
      },
      {
        title: 'Duration of calls, p99',
        description: 'Near the timeout: the upstream hangs.',
        unit: 's',
        queries: [{ expr: quantile(0.99, CALL, 'upstream, operation'), legend: '{{upstream}} {{operation}}' }],
      },
      {
        title: 'Under way and waiting',
        description: 'A queue means that 64 calls of one operation are under way.',
        unit: 'none',
        queries: [
          { expr: `sum by (upstream) (http_client_active_requests{${OF}})`, legend: '{{upstream}} under way' },
          { expr: `sum by (upstream) (upstream_queued_requests{${OF}})`, legend: '{{upstream}} waiting' },
        ],
      },
      {
        title: 'Quota left',
        description: 'Calls left in five seconds, as the last call found it.',
        unit: 'none',
        queries: [
          { expr: `min by (upstream) (upstream_quota_left{${OF}})`, legend: '{{upstream}}' },
          { expr: `max by (upstream) (upstream_quota_calls{${OF}})`, legend: '{{upstream}}, of' },
        ],
      },
      {
        title: 'Retries, and those refused',
        description: 'Refused: a tenth of recent calls are retries already.',
        unit: 'ops',
        queries: [
          { expr: rate('upstream', 'upstream_retries_total'), legend: '{{upstream}} retried' },
          { expr: rate('upstream', 'upstream_retry_budget_refusals_total'), legend: '{{upstream}} refused' },
        ],
      },
      {
        title: 'Drift',
        description: 'Fields, types and values that no document of the upstream names. The log has their names.',
        unit: 'ops',
        queries: [{ expr: rate('upstream', 'upstream_drift_total'), legend: '{{upstream}}' }],
      },
    ],
  },
  {
    title: 'Redis',
    panels: [
      {
        title: 'State',
        description: 'breaker 2: commands are not sent. subscribed 0: the process hears no events.',
        unit: 'none',
        queries: [
          { expr: worst('instance', 'redis_breaker_state'), legend: 'breaker {{instance}}' },
          { expr: `min by (instance) (redis_subscribed{${OF}})`, legend: 'subscribed {{instance}}' },
          { expr: worst('instance', 'redis_nodes_away'), legend: 'nodes away {{instance}}' },
        ],
      },
      {
        title: 'Duration of commands, p99',
        description: 'REDIS_TIMEOUT_MS bounds it.',
        unit: 's',
        queries: [{ expr: quantile(0.99, REDIS, 'db_operation_name'), legend: '{{db_operation_name}}' }],
      },
      {
        title: 'Commands by outcome',
        description: 'Not sent: the breaker is open or Redis is not connected.',
        unit: 'ops',
        queries: [
          { expr: rate('outcome', `${REDIS}_count`), legend: '{{outcome}}' },
          { expr: total('redis_not_asked_total'), legend: 'not sent' },
        ],
      },
      {
        title: 'Refusals and warnings',
        description: 'Replies that do not get better by themselves, permissions missing, links that may be evicted.',
        unit: 'none',
        queries: [
          {
            expr: rate('db_operation_name, db_response_status_code', 'redis_refusals_total'),
            legend: '{{db_operation_name}} {{db_response_status_code}}',
          },
          { expr: worst('job', 'redis_permissions_missing'), legend: 'permissions missing' },
          { expr: worst('job', 'redis_links_may_be_evicted'), legend: 'links may be evicted' },
        ],
      },
    ],
  },
  {
    title: 'Change feed',
    panels: [
      {
        title: 'Events by type',
        description: 'A jump of one type is an import of links, or a new merge policy.',
        unit: 'ops',
        queries: [{ expr: rate('type', 'customer_changes_appended_total'), legend: '{{type}}' }],
      },
      {
        title: 'Told late',
        description:
          'failed: Redis does not take events. Recovered: a process had ended before it told its changes. Deferred: they wait for the next refresh of their customers.',
        unit: 'ops',
        queries: [
          { expr: total('customer_changes_failures_total'), legend: 'failed' },
          { expr: total('customer_changes_recovered_total'), legend: 'recovered' },
          { expr: total('customer_changes_deferred_total'), legend: 'deferred' },
        ],
      },
      {
        title: 'Consumers',
        description: 'Those who wait, and the open event streams among them.',
        unit: 'none',
        queries: [
          { expr: `sum(customer_changes_waiting{${OF}})`, legend: 'waiting' },
          { expr: `sum(customer_changes_streams{${OF}})`, legend: 'streams' },
        ],
      },
      {
        title: 'Ends of event streams by reason',
        description: 'lifetime and left are usual. unread: a consumer does not read. gone: it is too far behind.',
        unit: 'ops',
        queries: [{ expr: rate('reason', 'customer_changes_stream_ends_total'), legend: '{{reason}}' }],
      },
      {
        title: 'Customers that the sweep visits, by outcome',
        description:
          'Nothing between two rounds. failed: a source did not answer; the customer has its turn in the next round.',
        unit: 'ops',
        queries: [{ expr: rate('outcome', 'profile_sweep_customers_total'), legend: '{{outcome}}' }],
      },
    ],
  },
  {
    title: 'Callers',
    panels: [
      {
        title: 'Refused credentials',
        description: 'By reason; the log has it with each request.',
        unit: 'reqps',
        queries: [{ expr: rate('reason', 'auth_refusals_total'), legend: '{{reason}}' }],
      },
      {
        title: 'Over their limit',
        description: 'Requests answered 429, by policy. The log has the caller.',
        unit: 'reqps',
        queries: [{ expr: rate('policy', 'caller_limit_refusals_total'), legend: '{{policy}}' }],
      },
      {
        title: 'Demands for fresher parts',
        description:
          'By caller and whether they were obeyed. A client library that sends no-cache always spends the quota.',
        unit: 'reqps',
        queries: [{ expr: rate('caller, outcome', 'profile_cache_demands_total'), legend: '{{caller}} {{outcome}}' }],
      },
      {
        title: 'CALLERS_FILE and ORGANISATIONS_FILE',
        description: 'Days until the next key of a caller ends, and whether the file of now is refused.',
        unit: 'none',
        queries: [
          {
            expr: `(min(callers_file_next_key_end_timestamp_seconds{${OF}}) - time()) / 86400`,
            legend: 'days until a key ends',
          },
          { expr: worst('job', 'callers_file_failed'), legend: 'callers refused' },
          { expr: worst('job', 'organisations_file_failed'), legend: 'organisations refused' },
        ],
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'CPU',
        description: 'One event loop: a process at 1 is full.',
        unit: 'none',
        queries: [{ expr: rate('instance', 'process_cpu_seconds_total'), legend: '{{instance}}' }],
      },
      {
        title: 'Memory',
        description: 'Resident, what the process may have, and what its copies of customers take of it.',
        unit: 'bytes',
        queries: [
          { expr: worst('instance', 'process_resident_memory_bytes'), legend: '{{instance}}' },
          { expr: worst('instance', 'process_memory_limit_bytes'), legend: '{{instance}} limit' },
          { expr: worst('instance', 'profile_cache_local_bytes'), legend: '{{instance}} copies' },
        ],
      },
      {
        title: 'Requests under way',
        description: 'More than usual: something is slow, or callers wait for changes.',
        unit: 'none',
        queries: [{ expr: worst('instance', 'http_server_active_requests'), legend: '{{instance}}' }],
      },
      {
        title: 'Builds',
        description: 'Processes by build. Two during a rollout, one otherwise.',
        unit: 'none',
        queries: [
          {
            expr: `count by (version, revision) (customer_profiles_build_info{${OF}})`,
            legend: '{{version}} {{revision}}',
          },
        ],
      },
      {
        title: 'Delay of the event loop, p99',
        description: 'Everything waits that long.',
        unit: 's',
        queries: [{ expr: worst('instance', 'nodejs_eventloop_lag_p99_seconds'), legend: '{{instance}}' }],
      },
      {
        title: 'Lines and spans that were not written',
        description: 'Nobody takes the standard output in time, or the collector takes no spans.',
        unit: 'ops',
        queries: [
          { expr: total('log_lines_dropped_total'), legend: 'log lines dropped' },
          { expr: total('audit_refusals_total'), legend: 'changes refused' },
          { expr: rate('reason', 'trace_spans_dropped_total'), legend: 'spans dropped: {{reason}}' },
        ],
      },
    ],
  },
];
