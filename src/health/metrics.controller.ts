import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Needs } from '../auth/needs.decorator.ts';
import { accepts } from '../http-server/accepts.ts';
import { ApiCallersProblems } from '../problems/problem.openapi.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { expose } from './metrics-exposition.ts';

const gzipped = promisify(gzip);

@Needs('operations:read')
@ApiCallersProblems()
@ApiTags('operation')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'Prometheus metrics',
    description: 'In the text format, of this process.',
  })
  @ApiProduces('text/plain', 'application/openmetrics-text')
  @ApiResponse({
    status: 200,
    description:
      'Prometheus’s text format, or OpenMetrics when `Accept` names it; compressed with gzip when asked for.',
    schema: { type: 'string' },
    headers: {
      Vary: { $ref: '#/components/headers/Vary' },
      'Content-Encoding': { description: 'When it is compressed.', schema: { type: 'string', enum: ['gzip'] } },
    },
  })
  @Get()
  async get(
    @Headers('accept') accept: string | undefined,
    @Headers('accept-encoding') acceptEncoding: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | Buffer> {
    const { contentType, text } = await expose(this.metrics.registry, accept);
    void reply.headers({ 'content-type': contentType, 'cache-control': 'no-store', vary: 'accept, accept-encoding' });
    if (!accepts(acceptEncoding, 'gzip')) return text;
    void reply.header('content-encoding', 'gzip');
    return gzipped(text);
  }
}
