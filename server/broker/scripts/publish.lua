-- SPDX-License-Identifier: MIT
-- Accepts a message (design.md 5, "Publish"). All checks come before the first write, and the entry of the log before what counts it.
-- KEYS  meta, log, seq, members of the group, tail of the group, what is known of the client id
-- ARGV  epoch, server, group, sender, text, client id or '', how long that id is known (ms), whether to look it up (1, 0), not after
--       (us), length of the tail, its time (ms), most entries that are not stored (0: any), whether the connection is joined (1, 0),
--       channel of the partition's entries, trace context or ''
-- Gives OK seq time number | KNOWN seq epoch time number | CONFLICT | LATE | EPOCH epoch | NOGROUP | NOTMEMBER | FULL
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
if now > tonumber(ARGV[9]) then
    return {'LATE'}
end
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'n', 'storedN')
if meta[1] ~= ARGV[1] then
    return {'EPOCH', meta[1] or ''}
end
if ARGV[8] == '1' then
    local known = redis.call('GET', KEYS[6])
    if known then
        local seq, epoch, time, sum, number = string.match(known, '^(%d+) (%S+) (%d+) (%S+) (%d+)$')
        if sum ~= '-' and sum ~= redis.sha1hex(ARGV[5]) then
            return {'CONFLICT'}
        end
        return {'KNOWN', seq, epoch, time, number}
    end
end
local last = redis.call('HGET', KEYS[3], ARGV[3])
if not last then
    return {'NOGROUP'}
end
local holds = ARGV[13] == '1' and redis.call('HGET', KEYS[4], ARGV[4])
if not holds or not string.find(holds, ARGV[2] .. ':', 1, true) then
    return {'NOTMEMBER'}
end
local n = tonumber(meta[2])
if ARGV[12] ~= '0' and n - tonumber(meta[3] or 0) >= tonumber(ARGV[12]) then
    return {'FULL'}
end

local counter, before = string.match(last, '^(%d+) (%d+)')
before = tonumber(before)
if now < before then
    now = before
end
local seq = string.format('%.0f', counter + 1)
local time = string.format('%.0f', now)
n = string.format('%.0f', n + 1)
-- A trace is what servers that know of none do not miss: a field more, and in what is published a word behind a number, for which
-- they read the log.
local isTraced = ARGV[15] and ARGV[15] ~= ''
local trace = isTraced and {'p', ARGV[15]} or {}
local id = redis.call('XADD', KEYS[2], '*', 'v', '1', 'k', 'm', 'g', ARGV[3], 's', seq, 'e', ARGV[1], 'n', n,
    'a', ARGV[4], 't', time, 'c', ARGV[6], 'x', ARGV[5], unpack(trace))
redis.call('HSET', KEYS[1], 'n', n)
redis.call('HSET', KEYS[3], ARGV[3], seq .. ' ' .. time)
local sum = ARGV[6] == '' and '-' or redis.sha1hex(ARGV[5])
redis.call('SET', KEYS[6], seq .. ' ' .. ARGV[1] .. ' ' .. time .. ' ' .. sum .. ' ' .. n, 'PX', ARGV[7])
local length = redis.call('RPUSH', KEYS[5], seq .. ' ' .. id)
local most = tonumber(ARGV[10])
if length > most + 100 then -- not every time
    redis.call('LTRIM', KEYS[5], -most, -1)
end
-- The list outlives its last entry: the first of each quarter of that time makes it last for twice the time.
local quarter = ARGV[11] * 250
if length == 1 or math.floor(now / quarter) ~= math.floor(before / quarter) then
    redis.call('PEXPIRE', KEYS[5], string.format('%.0f', ARGV[11] * 2))
end
-- For the servers, which read the log where this does not reach them (PushedEntry). No field but the last two holds the separator.
local sizes = #ARGV[6] .. (isTraced and ' ' .. ARGV[15] or '')
redis.call('PUBLISH', ARGV[14], table.concat({id, '1', ARGV[3], seq, ARGV[1], n, ARGV[4], time, sizes, ARGV[6] .. ARGV[5]}, '\31'))
return {'OK', seq, time, n}
