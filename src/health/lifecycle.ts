import { Injectable } from '@nestjs/common';

/** The state of the process: starting, then serving, then draining. */
@Injectable()
export class Lifecycle {
  private stage: 'starting' | 'serving' | 'draining' = 'starting';

  get started(): boolean {
    return this.stage !== 'starting';
  }

  get ready(): boolean {
    return this.stage === 'serving';
  }

  get draining(): boolean {
    return this.stage === 'draining';
  }

  serve(): void {
    this.stage = 'serving';
  }

  drain(): void {
    this.stage = 'draining';
  }
}
