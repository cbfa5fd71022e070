# SPDX-License-Identifier: MIT
# Completion of nextchat-server for fish.
complete -c nextchat-server -f
complete -c nextchat-server -l listen -x -d 'Where to listen'
complete -c nextchat-server -l data-dir -x -a '(__fish_complete_directories)' -d 'The folder of the embedded database'
complete -c nextchat-server -l redis -x -d 'The Redis that connects several servers'
complete -c nextchat-server -l history -x -a 'none' -d 'The history database'
complete -c nextchat-server -l auth -x -a 'trusted jwt' -d 'How callers say who they are'
complete -c nextchat-server -l config -r -F -d 'A YAML file with any of the keys'
complete -c nextchat-server -l set -x -d 'Set any key'
complete -c nextchat-server -l check-config -d 'Print the resulting configuration'
complete -c nextchat-server -l issue-token -x -d 'Print a signed token for a user'
complete -c nextchat-server -l ttl -x -d 'How long that token is good for'
complete -c nextchat-server -s h -l help -d 'Show the options'
complete -c nextchat-server -s v -l version -d 'Show the version'
