/** An abort controller that also aborts when `parent` does. `unlink` it when its work has ended. */
export class LinkedAbort {
  readonly signal: AbortSignal;
  readonly abort: () => void;
  readonly unlink: () => void;

  constructor(parent: AbortSignal) {
    // Not AbortSignal.any: Node keeps its signals long after their last use.
    const controller = new AbortController();
    this.signal = controller.signal;
    this.abort = () => {
      controller.abort();
    };
    this.unlink = () => {
      parent.removeEventListener('abort', this.abort);
    };
    if (parent.aborted) this.abort();
    else parent.addEventListener('abort', this.abort);
  }
}
