-- SPDX-License-Identifier: MIT
-- Deletes the log's entries from before a moment, but nothing that the history has still to store; Redis may leave some of them.
-- KEYS  log, meta
-- ARGV  that moment (ms), whether there is a history (1, 0)
-- Gives OK entries deleted
local floor = ARGV[1]
if ARGV[2] == '1' then
    local meta = redis.call('HMGET', KEYS[2], 'epoch', 'storedEpoch', 'stored')
    if not meta[3] or meta[1] ~= meta[2] then
        return {'OK', '0'} -- its writer has still to say where it goes on in this epoch
    end
    if tonumber(string.match(meta[3], '^%d+')) < tonumber(floor) then
        floor = meta[3]
    end
end
return {'OK', tostring(redis.call('XTRIM', KEYS[1], 'MINID', '~', floor))}
