import { type FastifyInstance, type FastifyReply } from 'fastify';
import { type OutgoingHttpHeaders } from 'node:http';

/** Sets headers of a reply; what it returns is ignored. */
type SetHeaders = (reply: FastifyReply) => unknown;

/**
 * Writes every answer: it sets the last headers, and writes the answers of one turn of the event loop together, at the end
 * of the turn. A single write wakes the client and costs as much as all other work on a hit; in a row each costs a fraction
 * of that. An answer waits for one turn at most. Node keeps the order of pipelined answers, and drops an answer whose caller
 * has left.
 */
export class AnswerWriter {
  private readonly lastHeaders: SetHeaders[] = [];
  private ready: (() => void)[] = [];

  /** Create it before the routes are registered, and decorate the server with it. */
  constructor(fastify: FastifyInstance) {
    fastify.addHook('onSend', (_request, reply, _payload, done) => {
      this.setLastHeaders(reply);
      this.writeAtEndOfTurn(done);
    });
  }

  /** Calls `set` before each answer is written. */
  onLastHeaders(set: SetHeaders): void {
    this.lastHeaders.push(set);
  }

  /**
   * Sends a whole answer without Fastify's `send`, which runs its hooks one by one and measures the text of the body.
   * @param body bytes, or a text of ASCII alone; undefined: there is none
   */
  send(reply: FastifyReply, body: Buffer | string | undefined): void {
    this.setLastHeaders(reply);
    const { raw } = reply;
    const headers = reply.getHeaders() as OutgoingHttpHeaders;
    if (body !== undefined) headers['content-length'] = body.length;
    reply.hijack();
    this.writeAtEndOfTurn(() => {
      raw.writeHead(raw.statusCode, headers).end(body, 'latin1');
    });
  }

  private setLastHeaders(reply: FastifyReply): void {
    for (const set of this.lastHeaders) set(reply);
  }

  private writeAtEndOfTurn(write: () => void): void {
    if (this.ready.push(write) === 1)
      setImmediate(() => {
        this.writeAll();
      });
  }

  private writeAll(): void {
    const answers = this.ready;
    this.ready = [];
    let written = 0;
    try {
      for (const write of answers) {
        written += 1;
        write();
      }
    } finally {
      // An answer that throws must not stop the others.
      for (const write of answers.slice(written)) setImmediate(write);
    }
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    answerWriter: AnswerWriter;
  }
}
