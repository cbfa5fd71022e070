#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check.sh FOLDER: tries the images that build.sh built, as root: what is in them, that each program runs as its user on a read-only root,
# that the server serves the stock JavaScript client and nextchat-autotest, and that the MySQL driver logs in to a real MariaDB.
set -euo pipefail
folder=$(realpath "${1:?check.sh FOLDER}")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/image/buildah.sh"

declare -A tree # image -> its mounted root
containers=()
pids=()
work=$(mktemp -d)
finish() {
    local status=$?
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait || true
    for container in "${containers[@]}"; do
        in_store umount "$container" >/dev/null
        in_store rm "$container" >/dev/null
    done
    rm -rf "$work"
    [ "$status" -eq 0 ] && echo "All checks passed." || echo "FAILED" >&2
}
trap finish EXIT

fail() { echo "check.sh: $*" >&2; exit 1; }
expect() { # WHAT EXPECTED ACTUAL
    [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
    echo "ok: $1"
}

# inside IMAGE COMMAND...: runs it in the image as its user, on a read-only root; only the data folder and /tmp can be written to.
inside() {
    local image=$1
    shift
    exec unshare -m bash -c '
        tree=$1 && shift
        mount --bind "$tree" "$tree" && mount -o remount,ro,bind "$tree"
        mount --rbind /dev "$tree/dev" && mount -t proc proc "$tree/proc" && mount -t tmpfs tmpfs "$tree/tmp"
        [ ! -d "$tree/var/lib/nextchat" ] || mount -t tmpfs -o uid=10001,gid=10001,mode=700 tmpfs "$tree/var/lib/nextchat"
        exec chroot --userspec=10001:10001 "$tree" "$@"' inside "${tree[$image]}" env -i PATH=/usr/bin:/bin XDG_DATA_HOME=/var/lib "$@"
}

for image in server sqlmigrate autotest; do
    container=$(in_store from --pull-never "localhost/nextchat-$image")
    containers+=("$container")
    tree[$image]=$(in_store mount "$container")
    configuration() { in_store inspect --type image --format "$1" "localhost/nextchat-$image"; }
    expect "$image: user" 10001:10001 "$(configuration '{{.Docker.Config.User}}')"
    expect "$image: version label" test "$(configuration '{{index .Docker.Config.Labels "org.opencontainers.image.version"}}')"
    for tool in gcc cc g++ c++ cmake ninja make ld as python3 curl wget; do
        [ ! -e "${tree[$image]}/usr/bin/$tool" ] || fail "$image holds $tool"
    done
    expect "$image: no headers" "" "$(find "${tree[$image]}/usr/include" -name '*.h' 2>/dev/null | head -1)"
    expect "$image: no package lists" "" "$(find "${tree[$image]}/var/lib/apt/lists" -type f | head -1)"
    expect "$image: runs" "nextchat-$image" "$( (inside "$image" "nextchat-$image" --version) | cut -d' ' -f1)"
    echo "size of $image: $(du -sm --apparent-size "${tree[$image]}" | cut -f1) MiB, of which the base $(du -sm --apparent-size "$folder/rootfs" | cut -f1) MiB"
done
configuration() { in_store inspect --type image --format "$1" localhost/nextchat-server; }
expect "server: entry point" "[nextchat-server --listen *:5000]" "$(configuration '{{.Docker.Config.Entrypoint}}')"

# --- the server ---
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
refused=$( (inside server nextchat-server --listen "*:$port") 2>&1) && fail "the server starts without auth.mode"
[[ $refused == *auth.mode* ]] || fail "it does not say why: $refused"
echo "ok: without auth.mode it does not start"

(inside server nextchat-server --listen "*:$port" --auth trusted) > "$work/out" 2> "$work/err" &
pids+=($!)
server=$!
for _ in $(seq 100); do grep -q Listening "$work/out" && break || sleep 0.1; done
grep -q Listening "$work/out" || { cat "$work/err"; fail "the server does not start"; }
mapfile -t health < <(in_store inspect --type image --format '{{range .Docker.Config.Healthcheck.Test}}{{println .}}{{end}}' localhost/nextchat-server | sed '/^$/d')
expect "HEALTHCHECK is a command" CMD "${health[0]}"
(inside server env "HEALTH_PORT=$port" "${health[@]:1}") || fail "HEALTHCHECK says no"
! (inside server env HEALTH_PORT=1 "${health[@]:1}") 2>/dev/null || fail "HEALTHCHECK always says yes"
echo "ok: HEALTHCHECK"
(inside autotest nextchat-autotest --url "http://127.0.0.1:$port/next-chat") > "$work/autotest" 2>&1 || { cat "$work/autotest"; fail "nextchat-autotest"; }
echo "ok: nextchat-autotest of its own image: $(tail -1 "$work/autotest")"
node "$root/tests/image/stockclient.cjs" "http://127.0.0.1:$port/next-chat" || fail "the stock client"
kill -TERM "$server"
wait "$server" && status=0 || status=$?
pids=()
expect "SIGTERM ends it with" 0 "$status"

# --- the MySQL driver and its login ---
mkdir "$work/db"
mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$work/db" >/dev/null 2>&1
dbport=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mariadbd --no-defaults --user="$(id -un)" --datadir="$work/db" --socket="$work/db/s" --bind-address=127.0.0.1 --port="$dbport" > "$work/db.log" 2>&1 &
pids+=($!)
for _ in $(seq 300); do mariadb-admin --no-defaults --socket="$work/db/s" ping >/dev/null 2>&1 && break || sleep 0.1; done
mariadb --no-defaults --socket="$work/db/s" -e "CREATE DATABASE chat; CREATE USER u@localhost IDENTIFIED BY 'pass'; GRANT ALL ON chat.* TO u@localhost"
(inside sqlmigrate env MYSQL_PWD=pass nextchat-sqlmigrate --database "mysql://u@127.0.0.1:$dbport/chat" up --wait 60s) || fail "nextchat-sqlmigrate up"
echo "ok: nextchat-sqlmigrate logs in and migrates"
