/** A key of another type counts as lost. */
const DROP_OTHER = `
local type = redis.call('TYPE', KEYS[1]).ok
if type ~= 'zset' and type ~= 'none' then redis.call('DEL', KEYS[1]) end
`;

/**
 * The wide invalidations of an organisation are one sorted set without expiry: the name of each counter, by its number. A
 * number is the time of the invalidation and always above the last one, so none comes back.
 *
 * Raises a counter and notifies every process.
 * KEYS: the set. ARGV: counter, now, the last number that the process knows, maximum number of billing customers, channel,
 * message. Returns the number. The user may lack the right to publish; then the processes find out by their polls.
 */
export const RAISE_COUNTER = `${DROP_OTHER}
local key, counter, most = KEYS[1], ARGV[1], tonumber(ARGV[4])
local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
local number = math.max(tonumber(ARGV[2]), (tonumber(last[2]) or 0) + 1, tonumber(ARGV[3]) + 1)
if not redis.call('ZSCORE', key, 'begin') then
  redis.call('ZADD', key, string.format('%d', number), 'begin')
  number = number + 1
end
redis.call('ZADD', key, string.format('%d', number), counter)
-- There are fewer than a hundred counters of other subjects.
local excess, floor = redis.call('ZCARD', key) - most - 100, nil
local oldest = excess > 0 and redis.call('ZRANGE', key, 0, excess + 99, 'WITHSCORES') or {}
for i = 1, #oldest, 2 do
  if excess > 0 and string.sub(oldest[i], 1, 8) == 'billing ' then
    redis.call('ZREM', key, oldest[i])
    floor, excess = oldest[i + 1], excess - 1
  end
end
if floor then redis.call('ZADD', key, floor, 'floor') end
redis.pcall('PUBLISH', ARGV[5], ARGV[6])
return string.format('%d', number)
`;

/**
 * Restores counters that Redis has lost to the numbers that this process knows, and begins a missing sequence.
 * KEYS: the set. ARGV: now, then counters and numbers. Returns all counters, each with its number, in their order.
 */
export const RESTORE_COUNTERS = `${DROP_OTHER}
for i = 2, #ARGV, 2 do
  local present = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if not present or tonumber(present) < tonumber(ARGV[i + 1]) then redis.call('ZADD', KEYS[1], ARGV[i + 1], ARGV[i]) end
end
if not redis.call('ZSCORE', KEYS[1], 'begin') then redis.call('ZADD', KEYS[1], ARGV[1], 'begin') end
return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
`;
