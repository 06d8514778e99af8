import { alert, type AlertingRule, BY, type RecordingRule } from './rule.ts';

/** What share of events must be good, and how events are counted. */
interface Objective {
  /** In the names of rules. */
  readonly name: string;
  readonly title: string;
  /** Share of bad events that spends the budget exactly. */
  readonly budget: number;
  readonly bad: (window: string) => string;
  readonly all: (window: string) => string;
  /** Whether the fast and the slow burn page somebody. */
  readonly pages: boolean;
}

/** Of counters of several series: their sum for each installation. */
const rate = (selector: string, window: string): string => `sum by (${BY}) (rate(${selector}[${window}]))`;

const REQUESTS = 'http_server_request_duration_seconds_count{http_route=~"/v1/.*"}';
/** Not the 504 that `only-if-cached` asks for. */
export const FAILED =
  'http_server_request_duration_seconds_count{http_route=~"/v1/.*",http_response_status_code=~"5..",error_type!="not_cached"}';
const READS = 'customer_profile_read_duration_seconds';

export const OBJECTIVES: readonly Objective[] = [
  {
    name: 'availability',
    title: 'requests under /v1 were answered with 5xx',
    budget: 0.001,
    bad: (window) => rate(FAILED, window),
    all: (window) => rate(REQUESTS, window),
    pages: true,
  },
  {
    name: 'latency',
    title: 'warm reads took longer than 25 ms',
    budget: 0.01,
    bad: (window) =>
      `(${rate(`${READS}_count{cache="hit"}`, window)} - ${rate(`${READS}_bucket{cache="hit",le="0.025"}`, window)})`,
    all: (window) => rate(`${READS}_count{cache="hit"}`, window),
    pages: true,
  },
  {
    name: 'completeness',
    title: 'profiles were incomplete',
    budget: 0.01,
    bad: (window) => rate('customer_profile_answers_total{complete="false"}', window),
    all: (window) => rate('customer_profile_answers_total', window),
    pages: false,
  },
  {
    name: 'freshness',
    title: 'profiles were stale',
    budget: 0.05,
    bad: (window) => rate(`${READS}_count{cache="stale"}`, window),
    all: (window) => rate(`${READS}_count`, window),
    pages: false,
  },
];

/** Burn rates and windows of the SRE workbook. No window is longer than three days: many installations keep 15. */
const BURNS = [
  { name: 'FastBurn', rate: 14.4, long: '1h', short: '5m', page: true },
  { name: 'SlowBurn', rate: 6, long: '6h', short: '30m', page: true },
  { name: 'BudgetSpent', rate: 1, long: '3d', short: '6h', page: false },
] as const;
const WINDOWS = ['5m', '30m', '1h', '6h', '3d'] as const;
/** Fewer bad events in the long window do not page: one error at night is a large share of little traffic. */
const MIN_BAD_EVENTS = 20;

const ratioOf = (name: string, window: string): string => `customer_profiles:${name}_errors:ratio_rate${window}`;
const secondsOf: Readonly<Record<string, number>> = { '1h': 3600, '6h': 21_600, '3d': 259_200 };

/** Shares of bad events. Without traffic there is none: not zero, and not NaN. */
export function ratioRules(): readonly RecordingRule[] {
  return OBJECTIVES.flatMap(({ name, bad, all }) =>
    WINDOWS.map((window) => ({
      record: ratioOf(name, window),
      // An event that never happened has no series; its share is zero.
      expr: `(${bad(window)} or ${all(window)} * 0) / (${all(window)} > 0)`,
    })),
  );
}

export function burnAlerts(): readonly AlertingRule[] {
  return OBJECTIVES.flatMap((objective) =>
    BURNS.map((burn) => {
      const { name, title, budget } = objective;
      const limit = Number((burn.rate * budget).toPrecision(6));
      const burns = [burn.long, burn.short].map((window) => `${ratioOf(name, window)} > ${limit}`);
      const events = `${objective.bad(burn.long)} * ${secondsOf[burn.long]} > ${MIN_BAD_EVENTS}`;
      return alert(`CustomerProfiles${capitalised(name)}${burn.name}`, {
        expr: `${burns.join(' and ')} and ${events}`,
        severity: burn.page && objective.pages ? 'page' : 'ticket',
        summary: `More than ${Number((100 * limit).toPrecision(4))} % of ${burn.long} and of ${burn.short}: ${title}.`,
        heading: name,
      });
    }),
  );
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
