import { createParamDecorator, type ExecutionContext, Injectable, type PipeTransform } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Batch, BatchRequests } from './batch-request.ts';

/** Wraps the reply: Nest would await a bare one, because it has `then`. */
interface Sent {
  readonly reply: FastifyReply;
}

@Injectable()
class BatchPipe implements PipeTransform<Sent, Batch> {
  constructor(private readonly requests: BatchRequests) {}

  transform({ reply }: Sent): Batch {
    return this.requests.of(reply);
  }
}

const SentRequest = createParamDecorator((_data: unknown, context: ExecutionContext): Sent => ({
  reply: context.switchToHttp().getResponse<FastifyReply>(),
}));

/** A `Batch`. */
export const BatchRequest = (): ParameterDecorator => SentRequest(BatchPipe);
