/**
 * The marks of a customer are one hash: `digest` and `summary` of the content that readers were last given, `revision`, the
 * time of the last change and later than the one before, and the changes that are not in the feed yet. For the content: `changed`, the
 * revision; `from`, the summary before; and `event`. For the stored link: `linkChanged`, the revision, and `linkEvent`.
 * Several such changes become one.
 */
const MARKS = "'changed', 'from', 'digest', 'summary', 'event', 'linkChanged', 'linkEvent'";

/** Functions for the scripts that store content or a link: they note a change in the same step. */
export const NOTE_CHANGES = `
local function nextRevision(key, now)
  local last = tonumber(redis.call('HGET', key, 'revision') or 0) or 0
  return string.format('%.0f', math.max(now, last + 1))
end
local function noteContent(key, digest, summary, event, now)
  local stored = redis.pcall('HMGET', key, 'digest', 'summary', 'changed')
  if stored.err then
    redis.call('DEL', key)
    stored = { false, false, false }
  end
  if stored[1] == digest or (digest == 'removed' and not stored[1]) then return false end
  local from = stored[3] and {} or { 'from', stored[2] or '' }
  local revision = nextRevision(key, now)
  redis.call('HSET', key, 'digest', digest, 'summary', summary, 'revision', revision, 'changed', revision, 'event', event, unpack(from))
  return true
end
local function noteLink(key, event, now)
  if redis.call('TYPE', key).ok ~= 'hash' then redis.call('DEL', key) end
  local revision = nextRevision(key, now)
  redis.call('HSET', key, 'revision', revision, 'linkChanged', revision, 'linkEvent', event)
end
local function marksOf(key) return redis.call('HMGET', key, ${MARKS}) end
-- Whether a process has left marks. The process that finds them appends their changes.
local function isMarked(key)
  return redis.call('TYPE', key).ok == 'hash' and (redis.call('HEXISTS', key, 'changed') == 1 or redis.call('HEXISTS', key, 'linkChanged') == 1)
end
`;

/** KEYS: the marks. Returns them; nothing when there are none. */
export const READ_MARKS = `
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return {} end
return redis.call('HMGET', KEYS[1], ${MARKS})
`;

/** Clears the marks up to a revision, which the feed has. KEYS: the marks. ARGV: the revision. */
export const CLEAR_MARKS = `
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 0 end
local marks = redis.call('HMGET', KEYS[1], 'changed', 'linkChanged')
if marks[1] and tonumber(marks[1]) <= tonumber(ARGV[1]) then redis.call('HDEL', KEYS[1], 'changed', 'from', 'event') end
if marks[2] and tonumber(marks[2]) <= tonumber(ARGV[1]) then redis.call('HDEL', KEYS[1], 'linkChanged', 'linkEvent') end
return 1
`;
