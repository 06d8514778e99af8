import { Controller, Get, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Public } from '../auth/public.ts';
import { DescribeDependencies, DescribeHealth, DescribeProbe } from './health.openapi.ts';
import { Dependencies, type DependencyReport } from './dependencies.ts';
import { Lifecycle } from './lifecycle.ts';

interface Probe {
  readonly status: 'ok' | 'unavailable';
}

/** The orchestrator's probes. None of them asks Redis or an upstream: an outage there must not take this process away. */
@Public()
@DescribeHealth()
@Controller('health')
export class HealthController {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly dependencies: Dependencies,
  ) {}

  @DescribeProbe('The process answers.')
  @Get('live')
  live(): Probe {
    return { status: 'ok' };
  }

  @DescribeProbe('Started, and not shutting down: send requests here.')
  @Get('ready')
  ready(@Res({ passthrough: true }) reply: FastifyReply): Probe {
    return probe(this.lifecycle.ready, reply);
  }

  @DescribeProbe('The configuration is read and the service is listening.')
  @Get('startup')
  startup(@Res({ passthrough: true }) reply: FastifyReply): Probe {
    return probe(this.lifecycle.started, reply);
  }

  /** Always 200: it informs, and decides nothing. */
  @DescribeDependencies()
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
