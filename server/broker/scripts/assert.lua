-- SPDX-License-Identifier: MIT
-- Says again which places a server holds: after Redis was away, lost data, or the server's lease was over. Renews the lease.
-- KEYS  meta, seq, servers, what the server holds
-- ARGV  epoch, server, prefix of the partition's keys, most members (0: any), lease (us), the least join id to come, then quadruples of
--       group, user, join id and the highest seq that the server saw of the group
-- Gives OK index of a quadruple, from 0, that found no room... | EPOCH epoch | BEHIND group: less is known here than the server saw
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then
    return {'EPOCH', redis.call('HGET', KEYS[1], 'epoch') or ''}
end
for i = 7, #ARGV, 4 do
    local last = redis.call('HGET', KEYS[2], ARGV[i])
    if not last or tonumber(string.match(last, '^%d+')) < tonumber(ARGV[i + 3]) then
        return {'BEHIND', ARGV[i]}
    end
end

local clock = redis.call('TIME')
redis.call('ZADD', KEYS[3], string.format('%.0f', clock[1] * 1000000 + clock[2] + ARGV[5]), ARGV[2])
redis.call('HSET', KEYS[1], 'fence:' .. ARGV[2], ARGV[6])
local answer = {'OK'}
for i = 7, #ARGV, 4 do
    local group, user = ARGV[i], ARGV[i + 1]
    local members = ARGV[3] .. 'members:' .. group
    local holds = redis.call('HGET', members, user)
    if not holds and ARGV[4] ~= '0' and redis.call('HLEN', members) >= tonumber(ARGV[4]) then
        table.insert(answer, tostring((i - 7) / 4))
        redis.call('SREM', KEYS[4], group .. '\31' .. user)
    else
        local others = ''
        for server, id, kept in string.gmatch(holds or '', '(%x+):(%d+)(k?);') do
            if server ~= ARGV[2] then
                others = others .. server .. ':' .. id .. kept .. ';'
            end
        end
        redis.call('HSET', members, user, others .. ARGV[2] .. ':' .. ARGV[i + 2] .. ';')
        redis.call('SADD', KEYS[4], group .. '\31' .. user)
        if not holds then
            redis.call('PUBLISH', ARGV[3] .. 'events:' .. group, 'j' .. user)
        end
    end
end
return answer
