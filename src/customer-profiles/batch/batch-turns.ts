import { Injectable } from '@nestjs/common';

/**
 * Gives each batch a turn of the event loop of its own. A hundred customers take as long as ten single reads; many batches that come at
 * once would keep probes and single reads waiting for all of them.
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
