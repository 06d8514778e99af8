import { Injectable } from '@nestjs/common';

/**
 * Gives each piece of longer work its own turn of the event loop: reading an upstream's answer, merging a record, beginning a batch.
 * Probes and warm reads are answered between two pieces, however many wait.
 */
@Injectable()
export class WorkTurns {
  private readonly waiting: (() => void)[] = [];

  /** Resolves in a turn of the event loop in which no other piece begins, in the order of the calls. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      if (this.waiting.push(resolve) === 1) setImmediate(this.begin);
    });
  }

  private readonly begin = (): void => {
    this.waiting.shift()?.();
    if (this.waiting.length > 0) setImmediate(this.begin);
  };
}
