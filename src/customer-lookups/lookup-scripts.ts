/**
 * Adds a profile to an index, which keeps only the profiles written last.
 * KEYS: the index. ARGV: now, the profile, its lifetime in ms, the most profiles.
 */
export const INDEX_PROFILE = `
local key = KEYS[1]
local type = redis.call('TYPE', key).ok
if type ~= 'zset' and type ~= 'none' then redis.call('DEL', key) end
redis.call('ZADD', key, ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYRANK', key, 0, -1 - tonumber(ARGV[4]))
if redis.call('PTTL', key) < tonumber(ARGV[3]) then redis.call('PEXPIRE', key, ARGV[3]) end
return 1
`;

/** Removes a profile from an index, unless it was added again. KEYS: the index. ARGV: the profile, when it was added. */
export const DROP_INDEXED = `
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
`;
