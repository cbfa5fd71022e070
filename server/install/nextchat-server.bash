# SPDX-License-Identifier: MIT
# Completion of nextchat-server for bash.

_nextchat_server()
{
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local options='--listen --data-dir --redis --history --auth --config --set --check-config --issue-token --ttl -h --help -v --version'
    COMPREPLY=()
    case $previous in
    --data-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    --config) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --auth) mapfile -t COMPREPLY < <(compgen -W 'trusted jwt' -- "$word") ;;
    --listen | --redis | --history | --set | --issue-token | --ttl) ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    esac
}

complete -F _nextchat_server nextchat-server
