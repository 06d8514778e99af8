import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Below this, deflate costs more time than it saves memory. */
const MIN_BYTES = 512;
/** Above this, it would hold up other requests, and hardly any customer is that large. */
const MAX_BYTES = 32 * 1024;
/** Higher levels take longer for 3 % less. */
const LEVEL = 3;
/** Most responses fit into one; Node's own default takes up to a third longer to inflate them. */
const CHUNK_BYTES = 8 * 1024;

/** The first byte says how the others are to be read. */
const PLAIN = Buffer.from([0]);
const DEFLATED = Buffer.from([1]);

/** Deflates bytes of a size at which that is worth its time. */
export function pack(bytes: Buffer): Buffer {
  const isDeflated = bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES;
  return Buffer.concat(
    isDeflated ? [DEFLATED, deflateRawSync(bytes, { level: LEVEL, chunkSize: CHUNK_BYTES })] : [PLAIN, bytes],
  );
}

/** @returns null unless `pack` has made these bytes */
export function unpack(packed: Buffer): Buffer | null {
  const bytes = packed.subarray(1);
  if (packed[0] === PLAIN[0]) return bytes;
  if (packed[0] !== DEFLATED[0]) return null;
  try {
    return inflateRawSync(bytes, { maxOutputLength: MAX_BYTES, chunkSize: CHUNK_BYTES });
  } catch {
    return null; // Not deflated, or to more than is ever deflated.
  }
}
