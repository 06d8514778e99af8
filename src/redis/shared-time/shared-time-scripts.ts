/**
 * Reads Redis's clock and what the processes have stored. It writes nothing, so that a full Redis and a replica answer, too.
 * KEYS: the time. Returns epoch ms, then correction, last time said, seniority, run, lost before, and count, '' for none.
 */
export const READ_TIME = `
local time = redis.call('TIME')
local answer = { string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000)) }
local isHash = redis.call('TYPE', KEYS[1]).ok == 'hash'
for _, field in ipairs({ 'correction', 'said-last', 'seniority', 'run', 'lost-before', 'count' }) do
  answer[#answer + 1] = isHash and redis.call('HGET', KEYS[1], field) or ''
end
return answer
`;

/**
 * Stores the time as a process knows it, unless another one has corrected the time since it was read. It may run late.
 * KEYS: the time. ARGV: correction that was read ('' for none), correction, last time said, seniority, run, lost before,
 * and the count that this process knows. Returns the count, which every store raises; 0: the time was not stored. A Redis
 * that has lost data has a lower count than one that a process knows. In a Redis that was emptied the count begins with
 * the time, which is above the counts that others know.
 */
export const STORE_TIME = `
local type = redis.call('TYPE', KEYS[1]).ok
if type ~= 'hash' and type ~= 'none' then redis.call('DEL', KEYS[1]) end
if (redis.call('HGET', KEYS[1], 'correction') or '') ~= ARGV[1] then return 0 end
local count = math.max(tonumber(redis.call('HGET', KEYS[1], 'count') or '') or math.floor(ARGV[3]), tonumber(ARGV[7])) + 1
redis.call('HSET', KEYS[1], 'correction', ARGV[2], 'said-last', ARGV[3], 'seniority', ARGV[4], 'run', ARGV[5],
  'lost-before', ARGV[6], 'count', count)
return count
`;
