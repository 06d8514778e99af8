/** The answer of a script that found the customer erased. */
export const ERASED = 'erased';

/**
 * The beginning of a script that writes for a customer. It refuses the write when the customer was erased. The tombstone is
 * the script's key with this number, and absent when customers cannot be erased.
 * @param now Lua for the time in epoch ms
 */
export const refuseErased = (number: number, now: string): string => `
if KEYS[${number}] and tonumber(redis.call('HGET', KEYS[${number}], 'until') or 0) > tonumber(${now}) then return { '${ERASED}' } end
`;
