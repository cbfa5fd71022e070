# SPDX-License-Identifier: MIT
# Completion of nextchat for fish.
complete -c nextchat -f
complete -c nextchat -l url -x -d 'Connect to this server at start'
complete -c nextchat -l user -x -d 'Connect as this user'
complete -c nextchat -l token-file -r -F -d 'Read the access token from a file'
complete -c nextchat -l token -x -d 'The access token itself; other users can see it'
complete -c nextchat -l json -d 'Print one JSON object a line'
complete -c nextchat -l transport -x -a 'auto webSockets serverSentEvents longPolling' -d 'Use this transport alone'
complete -c nextchat -l color -x -a 'auto always never' -d 'Use colours'
complete -c nextchat -s c -x -d 'Run a command, instead of reading them' \
    -a 'connect disconnect list create join leave say history more members search watch talk unread outbox retry discard wait help bye'
complete -c nextchat -s h -l help -d 'Show the options'
complete -c nextchat -s v -l version -d 'Show the version'
