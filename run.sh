#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds Next Chat and starts its server.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat <<END
Usage: ./run.sh [--build-only] [ARGUMENT...]

Installs the packages that the build needs if some are missing, builds the release, and starts
nextchat-server on http://localhost:5000/next-chat. Further arguments go to the server, e.g.
--redis redis://127.0.0.1:6379 to be one of several
(see ./run.sh --build-only && build/release/bin/nextchat-server --help).

  --build-only   stop after the build
  --help         this text
END
}

build_only=false
arguments=()
for argument in "$@"; do
    case $argument in
    --build-only) build_only=true ;;
    --help | -h)
        usage
        exit 0
        ;;
    *) arguments+=("$argument") ;;
    esac
done

"$root/.ci/install-packages" "$root/.ci/packages-build.txt"
"$root/.ci/build" release nextchat-server nextchat nextchat-desktop nextchat-sqlmigrate nextchat-autotest
if "$build_only"; then
    echo "Built, in $root/build/release/bin: nextchat-server, nextchat, nextchat-desktop, nextchat-sqlmigrate, nextchat-autotest"
    exit 0
fi

url=http://localhost:5000/next-chat
[ ${#arguments[@]} -eq 0 ] || url=URL # the server may listen elsewhere: it says where
cat <<END

Once the server says that it is listening, type in another terminal:
  $root/build/release/bin/nextchat --url $url --user ann
and there:
  create lobby
  join lobby
  say lobby Hello.
or start the desktop client:
  $root/build/release/bin/nextchat-desktop --url $url --user bob
Ctrl+C here ends the server.

END
exec "$root/build/release/bin/nextchat-server" "${arguments[@]}"
