/**
 * A link is one hash: `billingCustomerId`, `linkedAt`, `linkedBy` while there is one; `version`, which every change counts
 * up and a removal does not reset; `pendingInvalidation`, the version of a change for which the cached profiles may not be invalidated yet; and
 * `history`. Conditions are checked in the same step that writes: '' none, '*' any link, ',a,b,' those with these digests. `digestOf` in
 * link-digest.ts makes the same digest.
 */
const CHANGE = `
local function digestOf(key)
  local link = redis.call('HMGET', key, 'billingCustomerId', 'linkedAt', 'linkedBy', 'version', 'history')
  local parts = { key }
  for at = 1, 5 do parts[at + 1] = link[at] or '' end
  return redis.sha1hex(table.concat(parts, '\\n'))
end
local function matches(digests, key, present)
  if not present then return false end
  return digests == '*' or string.find(digests, ',' .. digestOf(key) .. ',', 1, true) ~= nil
end
local function isRefused(key, present, ifMatch, ifNoneMatch)
  if ifMatch ~= '' and not matches(ifMatch, key, present) then return true end
  return ifNoneMatch ~= '' and matches(ifNoneMatch, key, present)
end
local function historyWith(key, present, now, caller)
  local history = redis.call('HGET', key, 'history')
  if not present then return history end
  local entries = cjson.decode(history or '[]')
  local linkedAt = redis.call('HGET', key, 'linkedAt') or now
  local linkedBy = redis.call('HGET', key, 'linkedBy') or cjson.null
  table.insert(entries, 1, { billingCustomerId = present, linkedAt = linkedAt, linkedBy = linkedBy, endedAt = now, endedBy = caller })
  while #entries > 100 do table.remove(entries) end
  return cjson.encode(entries)
end
local function nextOf(version) return string.format('%d', tonumber(version) + 1) end
`;

/**
 * KEYS: the link. ARGV: billing customer, now, caller, If-Match, If-None-Match.
 * Answers the outcome, `pendingInvalidation`, the replaced billing customer, and the link's fields.
 */
export const PUT_LINK = `${CHANGE}
local key, wanted, now, caller = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local present = redis.call('HGET', key, 'billingCustomerId')
local version = redis.call('HGET', key, 'version') or '0'
if isRefused(key, present, ARGV[4], ARGV[5]) then return { 'refused' } end
local outcome = 'unchanged'
if present ~= wanted then
  outcome = present and 'replaced' or 'created'
  local history = historyWith(key, present, now, caller)
  local fields = { 'billingCustomerId', wanted, 'linkedAt', now, 'linkedBy', caller, 'version', nextOf(version), 'pendingInvalidation', nextOf(version) }
  if history then fields[11], fields[12] = 'history', history end
  redis.call('HSET', key, unpack(fields))
end
local link = redis.call('HMGET', key, 'billingCustomerId', 'linkedAt', 'linkedBy', 'version', 'history')
return { outcome, redis.call('HGET', key, 'pendingInvalidation'), present, unpack(link, 1, 5) }
`;

/**
 * KEYS: the link. ARGV: now, caller, If-Match, If-None-Match.
 * Answers the outcome, `pendingInvalidation` and the removed billing customer.
 */
export const DELETE_LINK = `${CHANGE}
local key, now, caller = KEYS[1], ARGV[1], ARGV[2]
local present = redis.call('HGET', key, 'billingCustomerId')
local version = redis.call('HGET', key, 'version') or '0'
if isRefused(key, present, ARGV[3], ARGV[4]) then return { 'refused' } end
if not present then return { 'unchanged', redis.call('HGET', key, 'pendingInvalidation'), false } end
local history = historyWith(key, present, now, caller)
redis.call('HSET', key, 'history', history, 'version', nextOf(version), 'pendingInvalidation', nextOf(version))
redis.call('HDEL', key, 'billingCustomerId', 'linkedAt', 'linkedBy')
return { 'removed', nextOf(version), present }
`;

/** Ends the pending invalidation, unless there was another change meanwhile. KEYS: the link. ARGV: the version invalidated. */
export const INVALIDATION_DONE = `
if redis.call('HGET', KEYS[1], 'pendingInvalidation') == ARGV[1] then redis.call('HDEL', KEYS[1], 'pendingInvalidation') end
return 1
`;
