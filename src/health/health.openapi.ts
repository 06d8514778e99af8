import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';

const answer = (status: number, description: string): MethodDecorator =>
  ApiResponse({
    status,
    description,
    schema: {
      type: 'object',
      required: ['status'],
      properties: { status: { type: 'string', enum: ['ok', 'unavailable'] } },
    },
  });

export const DescribeHealth = (): ClassDecorator => ApiTags('health');

export const DescribeProbe = (summary: string): MethodDecorator =>
  applyDecorators(ApiOperation({ summary }), answer(200, 'Yes.'), answer(503, 'No.'));
