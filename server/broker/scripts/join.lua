-- SPDX-License-Identifier: MIT
-- Takes a place for a user, held by the calling server (design.md 5, "Membership").
-- KEYS  meta, seq, members of the group, servers, what the server holds
-- ARGV  epoch, server, group, user, join id, most members (0: any), channel of the group
-- Gives OK seq | NOROOM seq | NOGROUP | EPOCH epoch | LEASE: the server must renew first | LATE: it asserted its places since
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'fence:' .. ARGV[2])
if meta[1] ~= ARGV[1] then
    return {'EPOCH', meta[1] or ''}
end
if meta[2] and tonumber(meta[2]) > tonumber(ARGV[5]) then
    return {'LATE'}
end
local last = redis.call('HGET', KEYS[2], ARGV[3])
if not last then
    return {'NOGROUP'}
end
local clock = redis.call('TIME')
local lease = redis.call('ZSCORE', KEYS[4], ARGV[2])
if not lease or tonumber(lease) < clock[1] * 1000000 + clock[2] then
    return {'LEASE'}
end
local seq = string.match(last, '^%d+')
local holds = redis.call('HGET', KEYS[3], ARGV[4])
if not holds and ARGV[6] ~= '0' and redis.call('HLEN', KEYS[3]) >= tonumber(ARGV[6]) then
    return {'NOROOM', seq}
end

local others = ''
for server, id, kept in string.gmatch(holds or '', '(%x+):(%d+)(k?);') do
    if server ~= ARGV[2] and kept == '' then -- the user is back: what was kept of lost connections is over
        others = others .. server .. ':' .. id .. ';'
    end
end
redis.call('HSET', KEYS[3], ARGV[4], others .. ARGV[2] .. ':' .. ARGV[5] .. ';')
redis.call('SADD', KEYS[5], ARGV[3] .. '\31' .. ARGV[4])
if not holds then
    redis.call('PUBLISH', ARGV[7], 'j' .. ARGV[4])
end
return {'OK', seq}
