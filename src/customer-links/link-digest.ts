import { createHash } from 'node:crypto';

/**
 * What a link's strong ETag is made of: a digest over its key, which names organisation and customer, and over all its fields,
 * `version` among them. No other content ever has it, in another organisation or after Redis was restored from an older snapshot.
 */
export function digestOf(key: string, fields: readonly (string | null)[]): string {
  const parts = [key, ...fields.map((field) => field ?? '')];
  return createHash('sha1').update(parts.join('\n')).digest('hex');
}
