-- SPDX-License-Identifier: MIT
-- Keeps a copy of an entry of the log that can't be true, for a person to look at. Of several servers that see it, the first does.
-- KEYS  log, dead letters
-- ARGV  id of the entry, most letters
-- Gives OK whether it was kept now (1, 0)
local entry = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not entry or redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[2]) then
    return {'OK', '0'}
end
return {'OK', tostring(redis.call('HSETNX', KEYS[2], ARGV[1], cjson.encode(entry[2])))}
