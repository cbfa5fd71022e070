-- SPDX-License-Identifier: MIT
-- Ends holds of a server whose lease is over, some at a time; forgets the server when none is left.
-- KEYS  meta, servers, what that server holds
-- ARGV  that server, prefix of the partition's keys, most holds at once
-- Gives ALIVE: its lease runs, or nobody's may end yet | MORE places freed | DONE places freed
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local lease = redis.call('ZSCORE', KEYS[2], ARGV[1])
if lease and tonumber(lease) >= now or tonumber(redis.call('HGET', KEYS[1], 'grace') or 0) > now then
    return {'ALIVE'}
end
local freed = 0
for _, held in ipairs(redis.call('SRANDMEMBER', KEYS[3], ARGV[3])) do
    local group, user = string.match(held, '^([^\31]*)\31(.*)$')
    local members = ARGV[2] .. 'members:' .. group
    local holds = redis.call('HGET', members, user)
    local rest = ''
    for server, id, kept in string.gmatch(holds or '', '(%x+):(%d+)(k?);') do
        if server ~= ARGV[1] then
            rest = rest .. server .. ':' .. id .. kept .. ';'
        end
    end
    if rest ~= '' then
        redis.call('HSET', members, user, rest)
    elseif holds then
        redis.call('HDEL', members, user)
        redis.call('PUBLISH', ARGV[2] .. 'events:' .. group, 'l' .. user)
        freed = freed + 1
    end
    redis.call('SREM', KEYS[3], held)
end
if redis.call('SCARD', KEYS[3]) > 0 then
    return {'MORE', tostring(freed)}
end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[1], 'fence:' .. ARGV[1])
return {'DONE', tostring(freed)}
