-- SPDX-License-Identifier: MIT
-- Compares epochs (design.md 5, "Epochs"): begins a new one when this is not the Redis that the last one was begun on, when it is not
-- the data that the caller knew, or when the caller asks for it. Of several callers, the first does it.
-- KEYS  meta, log, seq, groups
-- ARGV  layout, identity of this Redis, end of a new epoch's name, lease (us), the epoch that must end or '', the epoch that the caller
--       knew last or '', what a new epoch knows of the history (none: there is no history, ask: it was not asked yet, asked: its groups
--       are among the pairs, away: it did not answer), then pairs of a group and the highest seq that the caller saw of it
-- Gives LAYOUT what is there | OK epoch, log id and number at which it was opened, number now, last log id, new or old
--       | HISTORY: a new epoch is due, and the history is to be asked for its groups first
local skipped = 1000000
local remembered = 2500 -- bytes of earlier epochs' names: a hundred, about

local meta = redis.call('HMGET', KEYS[1], 'layout', 'epoch', 'identity', 'n', 'opened', 'openedN', 'before', 'base',
    'storedEpoch', 'from', 'fromN')
local layout, epoch, identity = meta[1], meta[2], meta[3]
local before = meta[7] or '' -- the epochs that this one's data come from, the last one first
if layout and layout ~= ARGV[1] then
    return {'LAYOUT', layout}
end
local lastId = '0-0'
if redis.call('EXISTS', KEYS[2]) == 1 then
    local info = redis.call('XINFO', 'STREAM', KEYS[2])
    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then
            lastId = info[i + 1]
        end
    end
end
-- Not only the last one: of many servers some sleep through several, and each that began one more would wake up others too late.
local known = ARGV[6] == '' or ARGV[6] == epoch or string.find(' ' .. before .. ' ', ' ' .. ARGV[6] .. ' ', 1, true)
if epoch and identity == ARGV[2] and known and epoch ~= ARGV[5] then
    return {'OK', epoch, meta[5], meta[6], meta[4], lastId, 'old'}
end

if ARGV[7] == 'ask' then
    return {'HISTORY'}
end

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
-- Where groups begin that are not known here: above what one had that was lost with its creation. When all was lost it is the time in
-- microseconds, which no group outruns that began there, with a message or 1,000,000 for an epoch; and above what the caller knows of the
-- others, that began there as well.
local base = tonumber(meta[8] or 0)
if epoch then
    base = base + skipped
end
if not known or ARGV[7] == 'away' then
    base = math.max(base, now)
    for i = 9, #ARGV, 2 do
        base = math.max(base, ARGV[i] + skipped)
    end
end
base = string.format('%.0f', base)

-- The counters go on without a message: the last message is noted behind them. Whatever fails here does so before the first write.
local moved = {}
local groups = redis.call('HGETALL', KEYS[3])
for i = 1, #groups, 2 do
    local counter, time, newest = string.match(groups[i + 1], '^(%d+) (%d+) ?(%d*)$')
    if newest == '' then
        newest = counter
    end
    moved[i] = string.format('%.0f %s %s', counter + skipped, time, newest)
end

-- Where the history's writer goes on at the latest: what it stored of an earlier epoch may have been lost here, and written anew. As long
-- as it has stored nothing of the last epoch, that is where an earlier one began.
local openedN = meta[4] or '0'
local from, fromN = lastId, openedN
if epoch and meta[9] ~= epoch and meta[10] then
    local ms, counter = string.match(meta[10], '^(%d+)-(%d+)$')
    local lastMs, lastCounter = string.match(lastId, '^(%d+)-(%d+)$')
    ms, counter, lastMs, lastCounter = tonumber(ms), tonumber(counter), tonumber(lastMs), tonumber(lastCounter)
    if ms < lastMs or ms == lastMs and counter < lastCounter then
        from, fromN = meta[10], meta[11]
    end
end

local name = string.format('%x-%s', now, ARGV[3])
local n = string.format('%.0f', openedN + 1)
local marker = redis.call('XADD', KEYS[2], '*', 'v', '1', 'k', 'e', 'g', '', 's', '0', 'e', name, 'n', n)
redis.call('HSET', KEYS[1], 'layout', ARGV[1], 'epoch', name, 'identity', ARGV[2], 'n', n, 'opened', lastId, 'openedN', openedN,
    'from', from, 'fromN', fromN, 'before', string.sub((epoch or '') .. ' ' .. before, 1, remembered), 'base', base,
    'grace', string.format('%.0f', now + ARGV[4]))
for i = 1, #groups, 2 do
    redis.call('HSET', KEYS[3], groups[i], moved[i])
end
for i = 8, #ARGV, 2 do
    local group, seen = ARGV[i], tonumber(ARGV[i + 1])
    local value = redis.call('HGET', KEYS[3], group)
    local counter, time, newest = string.match(value or '0 0 0', '^(%d+) (%d+) (%d+)$')
    if not value or tonumber(counter) < seen + skipped then
        counter = math.max(tonumber(counter), tonumber(base), seen + skipped)
        redis.call('HSET', KEYS[3], group, string.format('%.0f %s %.0f', counter, time, math.max(newest, seen)))
        redis.call('ZADD', KEYS[4], 0, group)
    end
end
return {'OK', name, lastId, openedN, n, marker, 'new'}
