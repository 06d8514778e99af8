import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

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

/** @returns when the first certificate of a PEM file ends, in epoch ms; null: it cannot be read */
export function endOfCertificate(path: string): number | null {
  try {
    return Date.parse(new X509Certificate(readFileSync(path)).validTo);
  } catch {
    return null;
  }
}

/** Paths of PEM files. */
export interface ClientCertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * A private key in a PEM file, as text.
 * @returns null when it cannot be read, holds none, or holds one with a passphrase
 */
export function readPrivateKey(path: string): string | null {
  try {
    const key = readFileSync(path, 'utf8');
    createPrivateKey(key);
    return key;
  } catch {
    return null;
  }
}

/** @returns null when a file cannot be used, or TLS cannot use the two together: the key belongs to another certificate */
export function readClientCertificate(files: ClientCertificateFiles): { cert: string; key: string } | null {
  const cert = readCertificates(files.certFile);
  const key = readPrivateKey(files.keyFile);
  if (cert === null || key === null) return null;
  try {
    createSecureContext({ cert, key });
    return { cert, key };
  } catch {
    return null;
  }
}
