import { describe, expect, it } from '@jest/globals';
import { constant, counter, promtool, RULES, testRules, withoutPromtool } from '../../../deploy/promtool.ts';

const OF = { namespace: 'shop', job: 'customer-profiles' };
const series = (name: string, labels: string): string => `${name}{namespace="shop",job="customer-profiles",${labels}}`;
const HOUR = 60;

type Samples = (bad: string, good: string, all: string) => Readonly<Record<string, string>>;
type Phases = readonly (readonly [perMinute: number, minutes: number])[];

/** The series of each objective. */
const OBJECTIVES: readonly (readonly [name: string, budget: number, samples: Samples])[] = [
  [
    'Availability',
    0.001,
    (bad, good) => ({
      [series(`http_server_request_duration_seconds_count`, 'http_route="/v1/x",http_response_status_code="503"')]: bad,
      [series(`http_server_request_duration_seconds_count`, 'http_route="/v1/x",http_response_status_code="200"')]:
        good,
    }),
  ],
  [
    'Latency',
    0.01,
    (_bad, good, all) => ({
      [series('customer_profile_read_duration_seconds_count', 'cache="hit"')]: all,
      [series('customer_profile_read_duration_seconds_bucket', 'cache="hit",le="0.025"')]: good,
    }),
  ],
  [
    'Completeness',
    0.01,
    (bad, good) => ({
      [series('customer_profile_answers_total', 'complete="false"')]: bad,
      [series('customer_profile_answers_total', 'complete="true"')]: good,
    }),
  ],
  [
    'Freshness',
    0.05,
    (bad, good) => ({
      [series('customer_profile_read_duration_seconds_count', 'cache="stale"')]: bad,
      [series('customer_profile_read_duration_seconds_count', 'cache="hit"')]: good,
    }),
  ],
];

(withoutPromtool === null ? describe : describe.skip)(
  `the objectives of deploy/monitoring/rules.yaml${withoutPromtool ?? ''}`,
  () => {
    it('are rules that Prometheus reads', () => {
      expect(promtool('check', 'rules', RULES)).toBe('');
    });

    it('the answer to only-if-cached burns no budget', () => {
      const answered = (status: number, code: string): string =>
        series(
          'http_server_request_duration_seconds_count',
          `http_route="/v1/x",http_response_status_code="${status}",error_type="${code}"`,
        );
      const alerts = ['AvailabilityFastBurn', 'AvailabilitySlowBurn', 'AvailabilityBudgetSpent', 'ErrorTrickle'];
      const at = (code: string, labels: readonly Readonly<Record<string, string>>[]) => ({
        series: { [answered(504, code)]: counter([50, 2 * HOUR]), [answered(200, '')]: counter([50, 2 * HOUR]) },
        alerts: alerts.map((alert) => ({ at: `${2 * HOUR}m`, alert: `CustomerProfiles${alert}`, labels })),
      });
      expect(testRules(at('not_cached', []), at('source_timeout', [OF]))).toBe('');
    });

    describe.each(OBJECTIVES)('%s', (name, budget, samples) => {
      /** 6,000 events a minute; the share of bad ones in each phase. */
      const shares = (...phases: Phases): Readonly<Record<string, string>> => {
        const perMinute = (part: (share: number) => number): string =>
          counter(...phases.map(([share, minutes]) => [Math.round(6000 * part(share)), minutes] as const));
        return samples(
          perMinute((share) => share),
          perMinute((share) => 1 - share),
          perMinute(() => 1),
        );
      };
      const firing = (burn: string, atMinutes: number, labels: readonly Readonly<Record<string, string>>[]) => ({
        ...{ at: `${atMinutes}m`, alert: `CustomerProfiles${name}${burn}`, labels },
      });

      it('a fast burn fires after the time of the SRE workbook, and ends with the outage', () => {
        const share = Math.min(1, 100 * budget);
        // 14.4 times the budget of an hour.
        const detected = Math.ceil((14.4 * budget * HOUR) / share);
        const outage = shares([0, 3 * HOUR], [share, detected + 20], [0, HOUR]);
        expect(
          testRules({
            series: outage,
            alerts: [
              firing('FastBurn', 3 * HOUR + detected - 3, []),
              firing('FastBurn', 3 * HOUR + detected + 2, [OF]),
              firing('FastBurn', 3 * HOUR + detected + 20 + 6, []),
            ],
          }),
        ).toBe('');
      });

      it('a slow burn fires over six hours, and no fast one', () => {
        const share = 10 * budget;
        const detected = Math.ceil((6 * budget * 6 * HOUR) / share);
        expect(
          testRules({
            series: shares([0, 7 * HOUR], [share, 5 * HOUR]),
            alerts: [
              firing('SlowBurn', 7 * HOUR + detected - 10, []),
              firing('SlowBurn', 7 * HOUR + detected + 10, [OF]),
              firing('FastBurn', 7 * HOUR + detected + 10, []),
            ],
          }),
        ).toBe('');
      });

      it('twice the budget over days is a ticket, and half of it is nothing', () => {
        const after = 24 * HOUR;
        const twice = {
          every: '10m',
          series: shares([2 * budget, after + 1]),
          alerts: [firing('BudgetSpent', after, [OF]), firing('SlowBurn', after, [])],
        };
        const half = {
          every: '10m',
          series: shares([budget / 2, after + 1]),
          alerts: ['BudgetSpent', 'SlowBurn', 'FastBurn'].map((burn) => firing(burn, after, [])),
        };
        expect(testRules(twice, half)).toBe('');
      });

      it('a few bad events at night fire nothing', () => {
        const [bad, good, all] = [
          counter([0, 100], [15, 1], [0, 200]),
          constant(0),
          counter([0, 100], [15, 1], [0, 200]),
        ];
        expect(
          testRules({
            series: samples(bad, good, all),
            alerts: ['FastBurn', 'SlowBurn', 'BudgetSpent'].map((burn) => firing(burn, 103, [])),
          }),
        ).toBe('');
      });

      it('without traffic there is no share; with good events alone it is 0', () => {
        const expr = `customer_profiles:${name.toLowerCase()}_errors:ratio_rate5m`;
        const none = {
          series: samples(constant(7), constant(100), constant(107)),
          values: [{ at: '30m', expr, samples: [] }],
        };
        const good = { series: shares([0, HOUR]), values: [{ at: '30m', expr, samples: [0] }] };
        // An event that never happened has no series.
        const series = Object.fromEntries(Object.entries(good.series).slice(name === 'Latency' ? 0 : 1));
        expect(testRules(none, good, { ...good, series })).toBe('');
      });
    });
  },
);
