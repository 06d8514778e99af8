import { type Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from 'prom-client';

interface Series {
  readonly labels: Readonly<Partial<Record<string, string>>>;
  /** Values by their smallest bucket. */
  readonly counts: number[];
  sum: number;
}

/**
 * A histogram in plain numbers, for observations of every request: prom-client's histogram checks and hashes the labels of
 * each observation. In the registry it looks like any other.
 */
export class PlainHistogram<Label extends string> {
  private readonly all: Series[] = [];

  constructor(
    private readonly name: string,
    private readonly help: string,
    labelNames: readonly Label[],
    private readonly upperBounds: readonly number[],
    registry: Registry,
  ) {
    registry.registerMetric({
      name,
      labelNames,
      get: () => Promise.resolve(this.read()),
      reset: () => {
        this.all.length = 0;
      },
    } as unknown as Histogram);
  }

  /** The series with these labels, of which some may lack; call it once for each. */
  series(labels: Readonly<Partial<Record<Label, string>>>): { observe(value: number): void } {
    const { upperBounds } = this;
    const series: Series = { labels, counts: Array.from({ length: upperBounds.length + 1 }, () => 0), sum: 0 };
    this.all.push(series);
    return {
      observe: (value) => {
        let bucket = 0;
        while (value > (upperBounds[bucket] ?? Infinity)) bucket += 1;
        series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
        series.sum += value;
      },
    };
  }

  private read(): MetricObjectWithValues<MetricValueWithName<string>> {
    const { name, help } = this;
    const values = this.all.flatMap((series) => this.valuesOf(series));
    return { name, help, type: 'histogram', aggregator: 'sum', values } as never;
  }

  private valuesOf({ labels, counts, sum }: Series): MetricValueWithName<string>[] {
    let count = 0;
    const buckets = counts.map((inBucket, at) => {
      count += inBucket;
      return {
        metricName: `${this.name}_bucket`,
        labels: { le: this.upperBounds[at] ?? '+Inf', ...labels },
        value: count,
      };
    });
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }
}
