/** The answer of a script that found the customer erased. */
export const ERASED = 'erased';

/**
 * The beginning of a script that writes for a customer: refuses it when the customer was erased. The tombstone is the script's key of
 * this number, absent where none can be erased.
 * @param now Lua for the time in epoch ms
 */
export const refuseErased = (number: number, now: string): string => `
if KEYS[${number}] and tonumber(redis.call('HGET', KEYS[${number}], 'until') or 0) > tonumber(${now}) then return { '${ERASED}' } end
`;
