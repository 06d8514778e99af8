import { createHash } from 'node:crypto';

/**
 * The digest in a link's strong ETag. It covers the link's key, which names organisation and customer, and all its fields,
 * including `version`. So no other link ever has it, not in another organisation, and not after a restore of Redis from an
 * older snapshot.
 */
export function digestOf(key: string, fields: readonly (string | null)[]): string {
  const parts = [key, ...fields.map((field) => field ?? '')];
  return createHash('sha1').update(parts.join('\n')).digest('hex');
}
