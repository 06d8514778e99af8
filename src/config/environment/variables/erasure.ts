import { ValidateIf } from 'class-validator';
import { IsKeyOf32Bytes, IsSigningKeyList, IsWholeNumber } from '../env.rules.ts';
import { Variable } from '../variable.ts';

/** How customers are erased. */
export class ErasureVariables {
  @Variable(
    'Key of 32 bytes, in base64, for the digests that stand for erased customers (docs/erasure.md). Never change it: with another key, the service recognises no customer that was erased before. Absent: customers cannot be erased.',
    { secret: true, requiredWhen: 'ERASURE_SIGNING_KEYS is set' },
  )
  @ValidateIf((env: ErasureVariables) => env.ERASURE_KEY !== undefined || env.ERASURE_SIGNING_KEYS !== undefined)
  @IsKeyOf32Bytes()
  ERASURE_KEY?: string;

  @Variable(
    'Ed25519 keys for receipts of erasures, comma-separated: id:base64, the private key’s 32 bytes, or id:public:base64 for a retired key. The first signs; all public keys are published at /.well-known/customer-erasure-keys.json. Keep a retired key as long as its receipts must be verifiable.',
    { secret: true, requiredWhen: 'ERASURE_KEY is set' },
  )
  @ValidateIf((env: ErasureVariables) => env.ERASURE_KEY !== undefined || env.ERASURE_SIGNING_KEYS !== undefined)
  @IsSigningKeyList()
  ERASURE_SIGNING_KEYS?: string;

  @Variable(
    'How long an erased customer is refused (410) and nothing of it is stored again, unless the erasure is lifted.',
  )
  @IsWholeNumber(1, 36_500)
  ERASURE_TOMBSTONE_DAYS = 30;

  @Variable(
    'How long files and replicas of Redis may hold erased data: until the next snapshot or rewrite of the append-only file. A receipt’s completeBy allows for it.',
  )
  @IsWholeNumber(0, 87_600)
  ERASURE_PERSISTENCE_HOURS = 24;
}
