import { createHash } from 'node:crypto';

/**
 * The digest in a link's strong ETag. It covers the link's key, which names organisation and customer, and all its fields, `version`
 * among them. No other content ever has it, in another organisation or after Redis was restored from an older snapshot.
 */
export function digestOf(key: string, fields: readonly (string | null)[]): string {
  const parts = [key, ...fields.map((field) => field ?? '')];
  return createHash('sha1').update(parts.join('\n')).digest('hex');
}
