# SPDX-License-Identifier: MIT
# Completion of nextchat for bash.

_nextchat()
{
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local options='--url --user --token-file --token --transport --json --color -c -h --help -v --version'
    local commands='connect disconnect list create join leave say history more members search watch talk unread outbox retry discard
        wait help bye'
    COMPREPLY=()
    case $previous in
    --token-file) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --transport) mapfile -t COMPREPLY < <(compgen -W 'auto webSockets serverSentEvents longPolling' -- "$word") ;;
    --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$word") ;;
    -c) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word") ;;
    --url | --user | --token) ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    esac
}

complete -F _nextchat nextchat
