import { NOTE_CHANGES } from '../customer-changes/feed/mark-scripts.ts';
import { refuseErased } from '../tombstones/refuse-erased.ts';

/**
 * A link is one hash: `billingCustomerId`, `linkedAt`, `linkedBy` while there is one; `version`, which every change
 * increments and a removal does not reset; `pendingInvalidation`, the version of a change for which the cached profiles may
 * not be invalidated yet; and `history`. The step that writes also checks the condition: '' none, '*' any link, ',a,b,'
 * those with these digests. `digestOf` in link-digest.ts makes the same digest.
 */
const CHANGE = `${NOTE_CHANGES}
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
 * KEYS: the link; the customer's marks; the tombstone. ARGV: billing customer, now, caller, If-Match, If-None-Match, what `noteLink` takes.
 * Answers `erased`, or the outcome, `pendingInvalidation`, the replaced billing customer, the marks of a change, and the link's fields.
 */
export const PUT_LINK = `${refuseErased(3, 'ARGV[7]')}${CHANGE}
local key, wanted, now, caller = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local present = redis.call('HGET', key, 'billingCustomerId')
local version = redis.call('HGET', key, 'version') or '0'
if isRefused(key, present, ARGV[4], ARGV[5]) then return { 'refused' } end
local outcome, marks = 'unchanged', false
if present ~= wanted then
  outcome = present and 'replaced' or 'created'
  local history = historyWith(key, present, now, caller)
  local fields = { 'billingCustomerId', wanted, 'linkedAt', now, 'linkedBy', caller, 'version', nextOf(version), 'pendingInvalidation', nextOf(version) }
  if history then fields[11], fields[12] = 'history', history end
  redis.call('HSET', key, unpack(fields))
  noteLink(KEYS[2], ARGV[6], tonumber(ARGV[7]))
  marks = marksOf(KEYS[2])
end
local link = redis.call('HMGET', key, 'billingCustomerId', 'linkedAt', 'linkedBy', 'version', 'history')
return { outcome, redis.call('HGET', key, 'pendingInvalidation'), present, marks, unpack(link, 1, 5) }
`;

/**
 * KEYS: the link; the customer's marks; the tombstone. ARGV: now, caller, If-Match, If-None-Match, what `noteLink` takes.
 * Answers `erased`, or the outcome, `pendingInvalidation`, the removed billing customer, and the marks of a change.
 */
export const DELETE_LINK = `${refuseErased(3, 'ARGV[6]')}${CHANGE}
local key, now, caller = KEYS[1], ARGV[1], ARGV[2]
local present = redis.call('HGET', key, 'billingCustomerId')
local version = redis.call('HGET', key, 'version') or '0'
if isRefused(key, present, ARGV[3], ARGV[4]) then return { 'refused' } end
if not present then return { 'unchanged', redis.call('HGET', key, 'pendingInvalidation'), false } end
local history = historyWith(key, present, now, caller)
redis.call('HSET', key, 'history', history, 'version', nextOf(version), 'pendingInvalidation', nextOf(version))
redis.call('HDEL', key, 'billingCustomerId', 'linkedAt', 'linkedBy')
noteLink(KEYS[2], ARGV[5], tonumber(ARGV[6]))
return { 'removed', nextOf(version), present, marksOf(KEYS[2]) }
`;

/** Ends the pending invalidation, unless there was another change meanwhile. KEYS: the link. ARGV: the version invalidated. */
export const INVALIDATION_DONE = `
if redis.call('HGET', KEYS[1], 'pendingInvalidation') == ARGV[1] then redis.call('HDEL', KEYS[1], 'pendingInvalidation') end
return 1
`;
