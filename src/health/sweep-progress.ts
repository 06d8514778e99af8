import { Injectable } from '@nestjs/common';
import { type DependencyReport } from './health.schema.ts';

/** The progress of the sweep as this process knows it; the sweep may run in another process. */
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
