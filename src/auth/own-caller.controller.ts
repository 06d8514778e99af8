import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import { ApiProblems } from '../problems/problem.openapi.ts';
import { Problem } from '../problems/problem.ts';
import { AnyCaller } from './any-caller.decorator.ts';
import { OwnCaller } from './own-caller.schema.ts';

/** Answers the caller's own rights, so that a program can offer only what its user is allowed to do. */
@ApiTags('callers')
@Controller('v1/caller')
export class OwnCallerController {
  constructor(private readonly config: Config) {}

  @ApiOperation({
    operationId: 'getCaller',
    summary: 'The caller that the credentials belong to, and its rights',
    description: 'Needs credentials, but no right and no organisation header.',
  })
  @ApiProblems('unauthenticated', 'too_many_requests', 'source_unavailable')
  @ApiResponse({ status: 200, description: 'The caller.', schema: OwnCaller })
  @AnyCaller()
  @Get()
  get(@Req() { principal }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): OwnCaller {
    if (!principal) throw new Problem('unauthenticated', 'The request has no verified caller.');
    void reply.header('cache-control', 'no-store');
    const { name, organisations, rights } = principal;
    const configured = [...this.config.organisations.keys()];
    return {
      name,
      organisations: configured.filter((id) => organisations === null || organisations.includes(id)),
      rights: [...rights],
    };
  }
}
