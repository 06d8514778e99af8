import { CLOCK_TOLERANCE_MS, EXPIRY_MARGIN_MS } from '../../config/clock.ts';
import { KEPT } from './quota-user.ts';

export const BUCKET_MS = 250;
/** The clocks of processes differ by no more than this. */
const AHEAD_BUCKETS = CLOCK_TOLERANCE_MS / BUCKET_MS;

/**
 * Counts a call in the rolling window unless the limit is reached, or the remaining calls are kept for others. Calls before
 * the window do not count, nor do calls after now, from a clock that was put back since. The fields of the count:
 * `<bucket>` all calls, `<bucket>:<user>` those of one user, and `?<user>` the user's last request, its number of requests
 * in the last window (fading), and its share.
 * KEYS: the count. ARGV: limit, window in ms, bucket in ms, now, user, its share, its ceiling. Returns granted (1 or 0),
 * calls left, ms until one may be free, and the present bucket, in which a granted call is counted.
 */
export const TAKE = `
local limit, window, size = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now, user, share, ceiling = tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local bucket, buckets = math.floor(now / size), window / size
local counts = redis.call('HGETALL', KEYS[1])
local total, oldest, granted, asked = 0, bucket, {}, {}
for i = 1, #counts, 2 do
  local field, value = counts[i], counts[i + 1]
  local at, of = string.match(field, '^(%-?%d+):?(.*)$')
  if at then
    at = tonumber(at)
    if at < bucket - buckets or at > bucket + ${AHEAD_BUCKETS} then redis.call('HDEL', KEYS[1], field)
    elseif of == '' then
      total = total + tonumber(value)
      if at < oldest then oldest = at end
    else granted[of] = (granted[of] or 0) + tonumber(value) end
  else
    local last, recent, part = string.match(value, '^(%S+) (%S+) (%S+)$')
    local faded = tonumber(recent) * math.min(1, math.max(0, 1 - (bucket - tonumber(last)) / buckets))
    if faded == 0 then redis.call('HDEL', KEYS[1], field)
    else asked[string.sub(field, 2)] = { faded, tonumber(part) } end
  end
end
local recent = (asked[user] and asked[user][1] or 0) + 1
redis.call('HSET', KEYS[1], '?' .. user, bucket .. ' ' .. recent .. ' ' .. share)
redis.call('PEXPIRE', KEYS[1], window + 2 * size + ${EXPIRY_MARGIN_MS})
if total >= limit then return { 0, 0, math.min((oldest + buckets + 1) * size - now, window + size), bucket } end
local own = granted[user] or 0
if own >= ceiling * limit then return { 0, 0, size, bucket } end
if own >= share * limit then
  local kept = 0
  for name, of in pairs(asked) do
    if name ~= user then
      kept = kept + math.max(0, math.min(of[2] * limit, ${KEPT.ofRecent} * of[1] + ${KEPT.more}) - (granted[name] or 0))
    end
  end
  if total + kept >= limit then return { 0, 0, size, bucket } end
end
redis.call('HINCRBY', KEYS[1], bucket, 1)
redis.call('HINCRBY', KEYS[1], bucket .. ':' .. user, 1)
return { 1, limit - total - 1, 0, bucket }
`;

/** Removes a call from the bucket in which it was counted. KEYS: the count. ARGV: the bucket, the user. */
export const GIVE_BACK = `
for _, field in ipairs({ ARGV[1], ARGV[1] .. ':' .. ARGV[2] }) do
  local calls = tonumber(redis.call('HGET', KEYS[1], field) or 0)
  if calls > 1 then redis.call('HINCRBY', KEYS[1], field, -1) else redis.call('HDEL', KEYS[1], field) end
end
return 1
`;
