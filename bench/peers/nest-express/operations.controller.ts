import { Controller, Get } from '@nestjs/common';
import { metricsText } from '../telemetry.ts';

@Controller()
export class OperationsController {
  @Get('health/ready')
  ready(): unknown {
    return { status: 'ok' };
  }

  @Get('metrics')
  metrics(): Promise<string> {
    return metricsText();
  }
}
