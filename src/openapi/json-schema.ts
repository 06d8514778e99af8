/** A JSON Schema, of the dialect of OpenAPI 3.1. */
export type Schema = Readonly<Record<string, unknown>>;

/** An object whose properties are all there unless named in `optional`, and that has no others. */
export const object = (properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});

/** A list of these. */
export const array = (items: Schema, description?: string): Schema => ({
  type: 'array',
  items,
  ...(description ? { description } : {}),
});

/** That, or null. */
export const orNull = (schema: Schema): Schema =>
  typeof schema.type === 'string' ? { ...schema, type: [schema.type, 'null'] } : { anyOf: [schema, { type: 'null' }] };

export const text = { type: 'string' };
export const maybeText = { type: ['string', 'null'] };
export const flag = { type: 'boolean' };
export const instant = { type: 'string', format: 'date-time' };
export const maybeInstant = { type: ['string', 'null'], format: 'date-time' };
export const maybeDate = { type: ['string', 'null'], format: 'date' };
