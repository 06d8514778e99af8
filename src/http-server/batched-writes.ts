import { type FastifyInstance } from 'fastify';

/**
 * Writes the answers that are ready in one turn of the event loop one after the other at the turn's end. A write by itself
 * wakes the client and costs as much as all other work on a hit; of several in a row each costs a fraction. An answer waits for one turn at
 * most. Node keeps the order of pipelined answers, and drops an answer whose caller has left.
 */
export function batchAnswerWrites(fastify: FastifyInstance): void {
  let ready: (() => void)[] = [];
  const writeAll = (): void => {
    const answers = ready;
    ready = [];
    let written = 0;
    try {
      for (const write of answers) {
        written += 1;
        write();
      }
    } finally {
      // One that throws keeps no other from being written.
      for (const write of answers.slice(written)) setImmediate(write);
    }
  };
  fastify.addHook('onSend', (_request, _reply, _payload, done) => {
    if (ready.push(done) === 1) setImmediate(writeAll);
  });
}
