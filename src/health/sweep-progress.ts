import { Injectable } from '@nestjs/common';
import { type DependencyReport } from './health.schema.ts';

/** What is known here of the sweep, which may go on in another process. */
@Injectable()
export class SweepProgress {
  private shown: DependencyReport['sweep'] = null;

  /** null: this process has no sweep. */
  get report(): DependencyReport['sweep'] {
    return this.shown;
  }

  show(report: NonNullable<DependencyReport['sweep']>): void {
    this.shown = report;
  }
}
