import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificates of a PEM file, as text.
 * @returns null when it cannot be read, holds none, or holds one that is broken
 */
export function readCertificates(path: string): string | null {
  try {
    const found = readFileSync(path, 'utf8').match(CERTIFICATE) ?? [];
    for (const certificate of found) new X509Certificate(certificate);
    return found.length === 0 ? null : found.join('\n');
  } catch {
    return null;
  }
}
