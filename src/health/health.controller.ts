import { Controller, Get, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Needs } from '../auth/needs.decorator.ts';
import { Public } from '../auth/public.decorator.ts';
import { Dependencies } from './dependencies.ts';
import { DescribeDependencies, DescribeHealth, DescribeProbe } from './health.openapi.ts';
import { type DependencyReport, type Probe } from './health.schema.ts';
import { Lifecycle } from './lifecycle.ts';

/** The orchestrator's probes. None of them calls Redis or an upstream: an outage there must not end this process. */
@DescribeHealth()
@Controller('health')
export class HealthController {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly dependencies: Dependencies,
  ) {}

  @DescribeProbe('getLiveness', 'The process answers.', [200])
  @Public()
  @Get('live')
  live(): Probe {
    return { status: 'ok' };
  }

  @DescribeProbe('getReadiness', 'The process has started and is not shutting down: send requests here.', [200, 503])
  @Public()
  @Get('ready')
  ready(@Res({ passthrough: true }) reply: FastifyReply): Probe {
    return probe(this.lifecycle.ready, reply);
  }

  @DescribeProbe('getStartup', 'The service has read its configuration and listens.', [200, 503])
  @Public()
  @Get('startup')
  startup(@Res({ passthrough: true }) reply: FastifyReply): Probe {
    return probe(this.lifecycle.started, reply);
  }

  /** Always 200: it only informs. */
  @DescribeDependencies()
  @Needs('operations:read')
  @Get('dependencies')
  report(@Res({ passthrough: true }) reply: FastifyReply): DependencyReport {
    void reply.header('cache-control', 'no-store');
    return this.dependencies.report();
  }
}

function probe(holds: boolean, reply: FastifyReply): Probe {
  void reply.code(holds ? 200 : 503).header('cache-control', 'no-store');
  return { status: holds ? 'ok' : 'unavailable' };
}
