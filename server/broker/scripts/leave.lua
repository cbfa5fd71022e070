-- SPDX-License-Identifier: MIT
-- Ends the calling server's hold on a place, if it is that of the given join; or notes that its connection was lost, so that the place
-- is only kept. A place that nobody holds is free.
-- KEYS  members of the group, what the server holds
-- ARGV  server, group, user, join id, left or lost, channel of the group
-- Gives OK | NONE: there is no such hold
local holds = redis.call('HGET', KEYS[1], ARGV[3])
local rest, found = '', false
for server, id, kept in string.gmatch(holds or '', '(%x+):(%d+)(k?);') do
    if server == ARGV[1] and id == ARGV[4] then
        found = true
        if ARGV[5] == 'lost' then
            rest = rest .. server .. ':' .. id .. 'k;'
        end
    else
        rest = rest .. server .. ':' .. id .. kept .. ';'
    end
end
if not found then
    return {'NONE'}
end
if rest == '' then
    redis.call('HDEL', KEYS[1], ARGV[3])
    redis.call('PUBLISH', ARGV[6], 'l' .. ARGV[3])
else
    redis.call('HSET', KEYS[1], ARGV[3], rest)
end
if ARGV[5] ~= 'lost' then
    redis.call('SREM', KEYS[2], ARGV[2] .. '\31' .. ARGV[3])
end
return {'OK'}
