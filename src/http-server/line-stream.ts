import { Readable } from 'node:stream';

export const NDJSON = 'application/x-ndjson';

/**
 * A stream of the lines, as bytes, that never runs ahead of its reader. No line may be empty. Once it has ended it no
 * longer holds the source of the lines, because Nest keeps the first stream of a connection as long as the connection is
 * open.
 * @param lines the lines, as texts or bytes; the signal is aborted when nobody reads them any longer
 */
export function lineStream(lines: (left: AbortSignal) => AsyncIterable<string | Buffer>): Readable {
  const left = new AbortController();
  let iterator: AsyncIterator<string | Buffer> | null = lines(left.signal)[Symbol.asyncIterator]();
  return new Readable({
    highWaterMark: 1,
    read() {
      void iterator?.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, done) {
      left.abort();
      const end = (): void => {
        done(error);
      };
      void Promise.resolve(iterator?.return?.()).then(end, end);
      iterator = null;
    },
  });
}
