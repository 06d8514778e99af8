import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rules, testRules, withoutPromtool } from '../../../deploy/promtool.ts';
import { openStage, type Stage } from '../../../profile-cache/stage.ts';
import { pass, throughWaits } from '../../../support/passing-time.ts';
import { type Service } from '../../../support/service.ts';

const OF = { namespace: 'shop', job: 'customer-profiles' };
const MINUTE_MS = 60_000;
const READS_A_MINUTE = 20;
/** The names of metrics that rules are about. */
const USED = new Set(rules().flatMap(({ expr }) => expr.match(/\b[a-z]+(?:_[a-z0-9]+)+\b/g) ?? []));

/** What a service that is scraped once a minute has exposed, in promtool's words. */
class Recording {
  private readonly samples = new Map<string, string[]>();
  private minutes = 0;

  async scrape({ http }: Service): Promise<void> {
    const { text } = await http.get('/metrics').expect(200);
    for (const [, name = '', labels = '', value = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
      if (!USED.has(name)) continue;
      const own = Object.entries(OF).map(([label, of]) => `${label}="${of}"`);
      const series = `${name}{${[...own, ...(labels === '' ? [] : [labels])].join()}}`;
      const before = this.samples.get(series) ?? Array.from({ length: this.minutes }, () => '_');
      this.samples.set(series, [...before, value]);
    }
    this.minutes += 1;
  }

  get series(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.samples].map(([series, samples]) => [series, samples.join(' ')]));
  }

  /** Minutes from the first scrape to the last one. */
  get length(): number {
    return this.minutes - 1;
  }
}

(withoutPromtool === null ? describe : describe.skip)(
  `the rules of deploy/monitoring/rules.yaml on what a service exposed${withoutPromtool ?? ''}`,
  () => {
    let stage: Stage;
    let service: Service;
    const recording = new Recording();
    let outage: { readonly from: number; readonly to: number };

    /** Cold reads, minute by minute; all or none are answered. */
    async function traffic(minutes: number, areAnswered: boolean): Promise<void> {
      for (let minute = 0; minute < minutes; minute += 1) {
        for (let read = 0; read < READS_A_MINUTE; read += 1) {
          const { status } = await throughWaits(service, service.http.get(stage.customer().path));
          expect(status < 500).toBe(areAnswered);
        }
        await pass(MINUTE_MS, service);
        await recording.scrape(service);
      }
    }

    beforeAll(async () => {
      stage = await openStage();
      service = await stage.service({ BILLING_CONNECTORS: 'stripe' });
      await recording.scrape(service);
      await traffic(70, true);
      const from = recording.length;
      stage.sandbox.faults.set('reseller', { kind: 'status', status: 500 });
      await traffic(12, false);
      outage = { from, to: recording.length };
      stage.sandbox.faults.clear();
      await traffic(10, true);
    }, 240_000);

    afterAll(() => stage.close());

    const alert = (name: string, at: number, isFiring: boolean, labels = {}) => ({
      ...{ at: `${at}m`, alert: `CustomerProfiles${name}` },
      labels: isFiring ? [{ ...OF, ...labels }] : [],
    });

    it('fire within the time of the SRE workbook when an upstream fails, and end after it', () => {
      const { from, to } = outage;
      expect(
        testRules({
          series: recording.series,
          alerts: [
            alert('AvailabilityFastBurn', from, false),
            // All fails: 1.44 % of an hour are spent within a minute. There are twenty failures then at the earliest.
            alert('AvailabilityFastBurn', from + 3, true),
            alert('AvailabilityFastBurn', to, true),
            alert('AvailabilityFastBurn', to + 7, false),
            alert('UpstreamBreakerOpen', from, false),
            alert('UpstreamBreakerOpen', to, true, { upstream: 'reseller', operation: 'get_customer' }),
            alert('UpstreamBreakerOpen', recording.length, false),
          ],
        }),
      ).toBe('');
    });
  },
);
