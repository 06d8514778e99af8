import { Readable } from 'node:stream';

export const NDJSON = 'application/x-ndjson';

/**
 * A stream of the lines, as bytes, that produces no further ahead than it is read. No line may be empty. Once it has ended it holds nothing
 * of what they were made of: Nest keeps the first stream of a connection for as long as the connection is open.
 * @param lines the lines; the signal is aborted when nobody reads them any more
 */
export function lineStream(lines: (left: AbortSignal) => AsyncIterable<string>): Readable {
  const left = new AbortController();
  let iterator: AsyncIterator<string> | null = lines(left.signal)[Symbol.asyncIterator]();
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
