# SPDX-License-Identifier: MIT
# Completion of nextchat-sqlmigrate for bash.

_nextchat_sqlmigrate()
{
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local options='--database --database-file --to --dry-run --wait -h --help -v --version'
    COMPREPLY=()
    case $previous in
    --database-file) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --database | --to | --wait | baseline) ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$options status up validate baseline repair" -- "$word") ;;
    esac
}

complete -F _nextchat_sqlmigrate nextchat-sqlmigrate
