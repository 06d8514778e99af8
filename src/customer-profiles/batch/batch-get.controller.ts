import { Controller, Header, HttpCode, Post, Res, StreamableFile } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { ChargesItself } from '../../auth/charges-itself.decorator.ts';
import { Needs } from '../../auth/needs.decorator.ts';
import { lineStream, NDJSON } from '../../http-server/line-stream.ts';
import { WorkTurns } from '../../resilience/work-turns.ts';
import { DescribeBatches, DescribeBatchGet } from './batch-get.openapi.ts';
import { BatchReads } from './batch-reads.ts';
import { BatchRequest } from './batch-request.decorator.ts';
import { type Batch } from './batch-request.ts';

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
  ): Promise<string | StreamableFile> {
    void reply.header('vary', 'accept');
    await this.turns.next();
    const results = this.reads.results(batch);
    if (batch.isStreamed) {
      void reply.header('content-type', NDJSON);
      return new StreamableFile(lineStream(() => asTheyCome(batch, results)));
    }
    const all = await Promise.all(
      batch.customerIds.map((customerId) => results.get(customerId) ?? Promise.resolve('')),
    );
    void reply.header('content-type', JSON_TYPE);
    return `{"results":[${all.map((result) => `{${result}}`).join(',')}]}`;
  }
}

/** Each result as soon as it is ready, with the index of its customer in the request. */
async function* asTheyCome(
  { customerIds }: Batch,
  results: ReadonlyMap<string, Promise<string>>,
): AsyncGenerator<string> {
  const waiting = new Map(
    customerIds.map((customerId, index) => {
      const line = (results.get(customerId) ?? Promise.resolve('')).then((result) => `{"index":${index},${result}}\n`);
      return [index, line.then((text) => ({ index, text }))] as const;
    }),
  );
  while (waiting.size > 0) {
    const { index, text } = await Promise.race(waiting.values());
    waiting.delete(index);
    yield text;
  }
}
