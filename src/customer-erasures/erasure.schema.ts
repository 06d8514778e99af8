import Type from 'typebox';
import { customerId } from '../customer-ids/customer-ids.schema.ts';
import {
  array,
  enumeration,
  instant,
  object,
  orNull,
  type ReadonlyStatic,
  text,
  uuid,
} from '../openapi/json-schema.ts';

/** The kinds of things that an erasure removes. */
export const REMOVED_KINDS = ['parts', 'responses', 'links', 'linkHistory', 'indexEntries', 'changes'] as const;
export type RemovedKind = (typeof REMOVED_KINDS)[number];

const count = Type.Integer({ minimum: 0 });

/** The body of a request. */
export const ErasureBody = object({
  customerId,
  requestId: Type.Optional({
    ...uuid,
    description: 'The caller’s own name for this erasure; the same one gets the same receipt.',
  }),
});

const Removed = object({
  parts: { ...count, description: 'Parts of the profile, including those of links that requests named.' },
  responses: { ...count, description: 'Responses that were ready to be sent.' },
  links: { ...count, description: 'Stored links.' },
  linkHistory: { ...count, description: 'Earlier links.' },
  indexEntries: { ...count, description: 'Entries by which the customer was listed or looked up.' },
  changes: { ...count, description: 'Events of the change feed.' },
});

const Signature = object({
  algorithm: Type.Literal('Ed25519'),
  keyId: { ...text, description: 'The `kid` of the key in /.well-known/customer-erasure-keys.json.' },
  value: { ...text, description: 'base64url, over the canonical JSON (RFC 8785) of the receipt without `signature`.' },
});

/** The signed receipt of an erasure. */
export const ErasureReceipt = object({
  customerId: text,
  organisation: text,
  requestId: uuid,
  status: Type.Literal('completed'),
  receivedAt: { ...instant, description: 'When the erasure was first asked for under this requestId.' },
  erasedAt: { ...instant, description: 'From then on no process that is connected to Redis serves the customer.' },
  removed: Removed,
  notCovered: array(text, 'Places that may still name the customer, and processes that were lost recently.'),
  completeBy: { ...instant, description: 'Until then files and replicas of Redis may still hold old data.' },
  tombstoneUntil: { ...instant, description: 'Until then nothing is stored for the customer, unless it is lifted.' },
  caller: text,
  signature: Signature,
});
export type ErasureReceipt = ReadonlyStatic<typeof ErasureReceipt>;

/** The state of an erasure. */
export const CustomerErasure = object({
  customerId: text,
  requestId: uuid,
  status: enumeration(['in_progress', 'completed'], { description: 'in_progress: POST it again to finish it.' }),
  tombstone: enumeration(['in_force', 'lifted', 'ended'], { description: 'Whether the customer is still refused.' }),
  /** null while it is in progress. */
  receipt: orNull(ErasureReceipt),
});
export type CustomerErasure = ReadonlyStatic<typeof CustomerErasure>;

/** The public keys of receipts (RFC 7517). */
export const ErasureKeys = object({
  keys: array(
    object({
      kty: Type.Literal('OKP'),
      crv: Type.Literal('Ed25519'),
      x: text,
      kid: text,
      use: Type.Literal('sig'),
      alg: Type.Literal('Ed25519'),
    }),
  ),
});
export type ErasureKeys = ReadonlyStatic<typeof ErasureKeys>;
