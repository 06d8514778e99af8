import { Injectable } from '@nestjs/common';

/**
 * Gives each batch its own turn of the event loop. A hundred customers take as long as ten single reads, so many concurrent
 * batches would delay probes and single reads until all of them have begun.
 */
@Injectable()
export class BatchTurns {
  private last: Promise<void> = Promise.resolve();

  /** Resolves in the next turn in which no other batch begins. */
  next(): Promise<void> {
    this.last = this.last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return this.last;
  }
}
