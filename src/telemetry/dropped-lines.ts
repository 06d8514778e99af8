import { type Logger } from 'pino';
import { Counter } from 'prom-client';
import { type Metrics } from './metrics.ts';
import { type StandardOutput } from './standard-output.ts';

/** Reports the log lines that could not be written: a metric always, and one line as soon as lines are written again. */
export function countDroppedLines(output: StandardOutput, { registry }: Metrics, log: Logger): void {
  new Counter({
    name: 'log_lines_dropped_total',
    help: 'Log lines that were dropped: the standard output did not take them in time.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(output.droppedLines);
    },
  });
  output.onRecovered((lines) => {
    log.warn({ event: 'log_lines_dropped', lines }, 'log lines were dropped before this one');
  });
}
