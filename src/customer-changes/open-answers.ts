import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Lifecycle } from '../health/lifecycle.ts';

/** Answers that wait for events. They end first when the process shuts down, because the server does not close while one is open. */
@Injectable()
export class OpenAnswers implements BeforeApplicationShutdown {
  private readonly open = new Set<AbortController>();
  private isClosing = false;

  constructor(lifecycle: Lifecycle) {
    lifecycle.onDrain(() => {
      this.endAll();
    });
  }

  beforeApplicationShutdown(): void {
    this.endAll();
  }

  /** @returns a controller whose signal is aborted when the answer must end; at once while the process shuts down */
  begin(): AbortController {
    const ending = new AbortController();
    if (this.isClosing) ending.abort();
    this.open.add(ending);
    return ending;
  }

  end(ending: AbortController): void {
    this.open.delete(ending);
  }

  private endAll(): void {
    this.isClosing = true;
    for (const ending of this.open) ending.abort();
  }
}
