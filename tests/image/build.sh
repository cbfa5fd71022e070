#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# build.sh FOLDER: builds the images of the Dockerfile without Docker, as root, with buildah, on a base made with debootstrap. They stay
# in FOLDER, some 3 GB with the base and the compiler's cache, and are built faster the next time; tests/image/check.sh tries them.
set -euo pipefail
folder=$(realpath -m "${1:?build.sh FOLDER}")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/image/buildah.sh"

for program in debootstrap buildah; do
    command -v "$program" >/dev/null || { echo "build.sh needs $program: apt-get install debootstrap buildah" >&2; exit 1; }
done
mkdir -p "$folder"

# Like debian:bookworm-slim: no documents, no translations.
if ! in_store inspect --type image "$base_image" >/dev/null 2>&1; then
    [ -e "$folder/rootfs/debootstrap.done" ] || {
        rm -rf "$folder/rootfs"
        debootstrap --variant=minbase bookworm "$folder/rootfs" http://deb.debian.org/debian
        echo 'deb http://deb.debian.org/debian bookworm main' > "$folder/rootfs/etc/apt/sources.list"
        printf 'path-exclude /usr/share/%s/*\n' doc man info locale > "$folder/rootfs/etc/dpkg/dpkg.cfg.d/slim"
        rm -rf "$folder"/rootfs/usr/share/{doc,man,info,locale}/* "$folder"/rootfs/var/cache/apt/archives/*.deb \
            "$folder"/rootfs/var/lib/apt/lists/*
        touch "$folder/rootfs/debootstrap.done"
    }
    container=$(in_store from scratch)
    in_store add -q "$container" "$folder/rootfs" /
    in_store commit -q --rm "$container" "$base_image"
fi

for target in server sqlmigrate autotest; do
    in_store bud --isolation chroot --format docker --layers --pull-never --target "$target" --build-arg "BASE=$base_image" \
        --build-arg VERSION=test --build-arg REVISION="$(git -C "$root" rev-parse HEAD)" -t "localhost/nextchat-$target" "$root"
done
