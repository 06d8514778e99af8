import { Injectable } from '@nestjs/common';
import canonicalize from 'canonicalize';
import { sign } from 'node:crypto';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { isoInstant } from '../config/iso-dates.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { type ErasureKeys, type ErasureReceipt, REMOVED_KINDS } from './erasure.schema.ts';
import { type BegunErasure, type Removed } from './erasure-records.ts';
import { ProcessHeartbeats } from './process-heartbeats.ts';

const HOUR_MS = 3_600_000;

/** The bytes that a signature covers: the canonical JSON (RFC 8785) in UTF-8. */
export const signedBytes = (unsigned: Omit<ErasureReceipt, 'signature'>): Buffer =>
  Buffer.from(canonicalize(unsigned) ?? '');

/** Issues receipts, signed with the first key, and publishes the public keys of all. */
@Injectable()
export class Receipts {
  /** The keys that verify receipts (RFC 7517, RFC 8037); none when customers cannot be erased. */
  readonly publicKeys: ErasureKeys;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly heartbeats: ProcessHeartbeats,
  ) {
    const keys = (config.erasure?.signingKeys ?? []).map(({ id, publicKey }) => {
      const { x = '' } = publicKey.export({ format: 'jwk' });
      return { kty: 'OKP', crv: 'Ed25519', x, kid: id, use: 'sig', alg: 'Ed25519' } as const;
    });
    this.publicKeys = { keys };
  }

  /**
   * A signed receipt of an erasure that ends now.
   * @param elsewhere how much was removed beyond what the erasure's script has removed
   */
  async issue(
    { organisation, customerId }: CustomerKey,
    { requestId, receivedAt, caller, until, removed }: BegunErasure,
    elsewhere: Removed,
  ): Promise<ErasureReceipt> {
    const { cache, erasure } = this.config;
    const lost = cache.refusesWhenDisconnected ? [] : await this.heartbeats.lost();
    const now = this.clock.now();
    const counts = REMOVED_KINDS.map((kind) => [kind, (removed[kind] ?? 0) + (elsewhere[kind] ?? 0)]);
    const persistenceMs = (erasure?.persistenceHours ?? 0) * HOUR_MS;
    return this.sign({
      customerId,
      organisation,
      requestId,
      status: 'completed',
      receivedAt,
      erasedAt: isoInstant(now),
      removed: Object.fromEntries(counts) as ErasureReceipt['removed'],
      notCovered: [
        'request logs',
        'backups',
        ...lost.map(({ name, lastBeatAt }) => `process ${name}, last seen at ${isoInstant(lastBeatAt)}`),
      ],
      completeBy: isoInstant(now + Math.max(cache.disconnectedSeconds * 1000, persistenceMs)),
      tombstoneUntil: isoInstant(until),
      caller,
    });
  }

  private sign(unsigned: Omit<ErasureReceipt, 'signature'>): ErasureReceipt {
    const [key] = this.config.erasure?.signingKeys ?? [];
    if (!key?.privateKey) throw new Error('there is no key that signs');
    const value = sign(null, signedBytes(unsigned), key.privateKey).toString('base64url');
    return { ...unsigned, signature: { algorithm: 'Ed25519', keyId: key.id, value } };
  }
}
