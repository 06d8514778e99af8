/**
 * Agrees on the time of all processes. Redis's clock is the reference, plus a correction: when Redis's clock jumps, the first
 * process that notices, by its own elapsed time, corrects it. It does so only when nobody else has corrected it since it asked
 * last, and when it is not behind the others, as it is after it was paused itself. The time never goes back.
 * Also notes when Redis was last found to have lost data: it was started again, or knows less than this process was told.
 * KEYS: the time. ARGV: now, as this process has it, the correction it was told last, and the time it said last, all '' when it
 * has not agreed yet; what distinguishes this run of the servers, '' when that is not known; tolerance in ms.
 * Returns now, the correction and since when nothing was lost, all in ms.
 */
export const AGREE_ON_TIME = `
local key, own, seen, said, run, tolerance = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local type = redis.call('TYPE', key).ok
if type ~= 'hash' and type ~= 'none' then redis.call('DEL', key) end
local stored = redis.call('HMGET', key, 'correction', 'last', 'run', 'lost-before')
local correction, last = tonumber(stored[1] or 0), tonumber(stored[2] or 0)
local time = redis.call('TIME')
local server = time[1] * 1000 + math.floor(time[2] / 1000)
local now = server + correction
if own and (seen == correction or not stored[1]) and own >= last - tolerance and math.abs(own - now) > tolerance then now = own end
if now < last then now = last end
local lostBefore, known = tonumber(stored[4] or 0), stored[3] or ''
if (run ~= '' and known ~= '' and known ~= run) or (said and said > last) then lostBefore = now end
-- A process that has just started says nothing that the others must follow.
if own or not stored[1] then last = now end
redis.call('HSET', key, 'correction', now - server, 'last', last, 'run', run ~= '' and run or known, 'lost-before', lostBefore)
return { now, now - server, lostBefore }
`;
