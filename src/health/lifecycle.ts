import { Injectable } from '@nestjs/common';

/** The state of the process: starting, then serving, then draining. */
@Injectable()
export class Lifecycle {
  private stage: 'starting' | 'serving' | 'draining' = 'starting';
  private readonly drainListeners: (() => void)[] = [];

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
    for (const listen of this.drainListeners) listen();
  }

  /** Calls `listen` when the process begins to drain, so that it can end answers that would stay open. */
  onDrain(listen: () => void): void {
    this.drainListeners.push(listen);
  }
}
