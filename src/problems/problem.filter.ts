import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { Config } from '../config/config.ts';
import { addLogFields } from '../telemetry/log-fields.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { PROBLEM_MEDIA_TYPE } from './problem.ts';
import { toProblem } from './translate.ts';

/** The one place where an error becomes an answer (RFC 9457), and where its cause is logged. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly config: Config,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const problem = toProblem(thrown, request.routeOptions.config.withoutRedis);
    // The request's log line has the rest; only an unexpected error gets a line of its own.
    const { source, state, reason } = problem.more;
    addLogFields(request, {
      code: problem.code,
      ...(source === undefined ? {} : { source }),
      ...(state === undefined ? {} : { state }),
      ...(reason === undefined ? {} : { reason }),
    });
    if (problem.code === 'internal_error')
      this.log.error(
        { requestId: request.id, code: problem.code, err: problem.cause, ...request.trace?.fields },
        'request failed',
      );
    void http
      .getResponse<FastifyReply>()
      .code(problem.status)
      .headers({ 'content-type': PROBLEM_MEDIA_TYPE, 'cache-control': 'no-store', ...problem.more.headers })
      .send(JSON.stringify(problem.toBody(request.id, this.config.http.publicUrl, request.trace)));
  }
}
