-- SPDX-License-Identifier: MIT
-- KEYS  seq, members of the group
-- ARGV  group
-- Gives OK user... | NOGROUP
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
    return {'NOGROUP'}
end
local answer = redis.call('HKEYS', KEYS[2])
table.insert(answer, 1, 'OK')
return answer
