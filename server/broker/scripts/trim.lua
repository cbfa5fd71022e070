-- SPDX-License-Identifier: MIT
-- Deletes the log's entries from before a moment; Redis may leave some of them.
-- KEYS  log
-- ARGV  that moment (ms)
-- Gives OK entries deleted
return {'OK', tostring(redis.call('XTRIM', KEYS[1], 'MINID', '~', ARGV[1]))}
