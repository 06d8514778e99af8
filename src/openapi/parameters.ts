import { ApiHeader, ApiParam, ApiQuery } from '@nestjs/swagger';

/** The path parameter `customerId`. */
export const ApiCustomerId = (): MethodDecorator & ClassDecorator =>
  ApiParam({
    name: 'customerId',
    description: 'The customer’s id at the reseller customers API: 4 to 40 letters, digits or hyphens.',
    example: '9876543210',
  });

/** The header by which a caller of several organisations names one. */
export const ApiOrganisation = (): MethodDecorator & ClassDecorator =>
  optionalHeader('organisation', 'UUID of the organisation; needed when several are configured.');

export const optionalHeader = (name: string, description: string, schema = {}): MethodDecorator & ClassDecorator =>
  ApiHeader({ name, required: false, description, schema: { type: 'string', ...schema } });

export const optionalQuery = (
  name: string,
  description: string,
  schema: object = { type: 'string' },
): MethodDecorator => ApiQuery({ name, required: false, description, schema });
