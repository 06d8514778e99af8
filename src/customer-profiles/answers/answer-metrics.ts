import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { Metrics } from '../../telemetry/metrics.ts';

/** Counts answered profiles, including those of batches, by whether every requested source gave a definite answer. */
@Injectable()
export class AnswerMetrics {
  /** Answers since the metrics were last read, in plain numbers: most reads are hits, which cost next to nothing else. */
  private readonly answers = { true: 0, false: 0 };

  constructor({ registry }: Metrics) {
    const { answers } = this;
    new Counter({
      name: 'customer_profile_answers_total',
      help: 'Profiles answered, by whether they were complete.',
      labelNames: ['complete'],
      registers: [registry],
      collect() {
        for (const complete of ['true', 'false'] as const) {
          this.inc({ complete }, answers[complete]);
          answers[complete] = 0;
        }
      },
    });
  }

  answered({ complete }: { readonly complete: boolean }): void {
    this.answers[complete ? 'true' : 'false'] += 1;
  }
}
