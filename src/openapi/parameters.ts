import { ApiHeader, ApiQuery } from '@nestjs/swagger';
import Type, { type TSchema } from 'typebox';
import { text, uuid } from './json-schema.ts';

/** The header with which a caller of several organisations names one. */
export const ApiOrganisation = (): MethodDecorator & ClassDecorator =>
  optionalHeader('organisation', 'UUID of the organisation; needed when several are configured.', uuid);

/** Whole milliseconds in a parameter. */
export const milliseconds = Type.Integer({ minimum: 1, maximum: 999_999, examples: [800] });

/** The maximum number of items in a page, in a parameter. */
export const pageLimit = Type.Integer({ minimum: 1, maximum: 1000, default: 100 });
export const PAGE_LIMIT = /^(?:[1-9]\d{0,2}|1000)$/;
export const PAGE_LIMIT_RULE = 'must be a whole number from 1 to 1000';

export const optionalHeader = (
  name: string,
  description: string,
  schema: TSchema = text,
): MethodDecorator & ClassDecorator => ApiHeader({ name, required: false, description, schema: { ...schema } });

export const optionalQuery = (name: string, description: string, schema: TSchema = text): MethodDecorator =>
  ApiQuery({ name, required: false, description, schema: { ...schema } });

/** Names of a closed list, separated by commas. @param example as in a URL */
export const optionalList = (
  name: string,
  description: string,
  items: TSchema,
  maxItems: number,
  example: string,
): MethodDecorator =>
  ApiQuery({
    name,
    required: false,
    description,
    style: 'form',
    explode: false,
    schema: { ...Type.Array(items, { minItems: 1, maxItems, examples: [example.split(',')] }) },
  });
