import { Controller, Header, HttpCode, Post, Res, StreamableFile } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { ChargesItself } from '../../auth/charges-itself.decorator.ts';
import { Needs } from '../../auth/needs.decorator.ts';
import { lineStream, NDJSON } from '../../http-server/line-stream.ts';
import { WorkTurns } from '../../resilience/work-turns.ts';
import { DescribeBatches, DescribeBatchGet } from './batch-get.openapi.ts';
import { BatchReads, type BatchResult } from './batch-reads.ts';
import { BatchRequest } from './batch-request.decorator.ts';
import { type Batch } from './batch-request.ts';
import { bytesOf, isLarge, type JsonPiece, type JsonPieces, lengthOf, partsOf } from './json-pieces.ts';

const NONE: BatchResult = ['', ''];
const JSON_TYPE = 'application/json; charset=utf-8';

/** Many profiles with one request. */
@DescribeBatches()
@Controller('v1/customer-profiles')
export class BatchGetController {
  constructor(
    private readonly reads: BatchReads,
    private readonly turns: WorkTurns,
  ) {}

  /** The status is 200 for every valid batch: each result has its own. */
  @DescribeBatchGet()
  @Needs('profiles:read')
  @ChargesItself()
  @Post('batch-get')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async get(
    @BatchRequest() batch: Batch,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | StreamableFile> {
    void reply.header('vary', 'accept');
    await this.turns.nextBeginning(batch.caller.name, batch.budgetMs / 2);
    const results = this.reads.results(batch);
    if (batch.isStreamed) {
      void reply.header('content-type', NDJSON);
      return new StreamableFile(lineStream(() => asTheyCome(batch, results)));
    }
    const given = batch.customerIds.map((customerId) => results.get(customerId) ?? NONE);
    const all = given.every(isReady) ? given : await Promise.all(given.map((result) => Promise.resolve(result)));
    void reply.header('content-type', JSON_TYPE);
    const pieces = listOf(all);
    if (!isLarge(pieces)) return bytesOf(pieces);
    return new StreamableFile(
      lineStream(() => this.inTurns(batch, pieces)),
      { type: JSON_TYPE, length: lengthOf(pieces) },
    );
  }

  /** A large answer, in parts. Each waits for a turn of the event loop. */
  private async *inTurns({ caller }: Batch, pieces: JsonPieces): AsyncGenerator<Buffer> {
    for (const part of partsOf(pieces)) {
      await this.turns.next(caller.name);
      yield part;
    }
  }
}

const isReady = (result: BatchResult | Promise<BatchResult>): result is BatchResult => !(result instanceof Promise);

function listOf(results: readonly BatchResult[]): JsonPieces {
  const pieces: JsonPiece[] = [];
  for (const [text, profile] of results)
    pieces.push(`${pieces.length === 0 ? '{"results":[{' : '},{'}${text}`, profile);
  pieces.push('}]}');
  return pieces;
}

/** Each result as soon as it is ready, with the index of its customer in the request. */
async function* asTheyCome(
  { customerIds }: Batch,
  results: ReadonlyMap<string, BatchResult | Promise<BatchResult>>,
): AsyncGenerator<Buffer> {
  const waiting = new Map(
    customerIds.map((customerId, index) => {
      const result = results.get(customerId) ?? NONE;
      const line = Promise.resolve(result).then(([text, profile]) => ({
        index,
        bytes: bytesOf([`{"index":${index},${text}`, profile, '}\n']),
      }));
      return [index, line] as const;
    }),
  );
  while (waiting.size > 0) {
    const { index, bytes } = await Promise.race(waiting.values());
    waiting.delete(index);
    yield bytes;
  }
}
