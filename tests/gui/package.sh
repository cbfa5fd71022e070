#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# package.sh BUILD: cpack of a build directory makes a package with all that a desktop looks for, and with the packages
# that it needs, and nothing that lintian, where there is one, complains of. 77: this is no machine that makes Debian
# packages.
set -euo pipefail

for program in dpkg-deb dpkg-shlibdeps file; do
    command -v "$program" >/dev/null || { echo "There is no $program."; exit 77; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$1" && cpack -G DEB -B "$folder") >"$folder/log" || { cat "$folder/log" >&2; exit 1; }
packages=("$folder"/nextchat-desktop_*.deb)
[ ${#packages[@]} -eq 1 ] || { echo "not one package: ${packages[*]}" >&2; exit 1; }
package=${packages[0]}

contents=$(dpkg-deb --fsys-tarfile "$package" | tar -t | grep -v '/$' | sort)
expected="./usr/bin/nextchat-desktop
./usr/share/applications/nextchat-desktop.desktop
./usr/share/doc/nextchat-desktop/changelog.gz
./usr/share/doc/nextchat-desktop/copyright
./usr/share/icons/hicolor/scalable/apps/nextchat-desktop.svg
./usr/share/man/man1/nextchat-desktop.1.gz"
diff <(echo "$expected") <(echo "$contents")

needs=$(dpkg-deb -f "$package" Depends)
for need in libqt6widgets6 libqt6websockets6 libqt6sql6-sqlite; do
    [[ $needs == *"$need"* ]] || { echo "$need is not among what it depends on: $needs" >&2; exit 1; }
done

if command -v lintian >/dev/null; then
    lintian --allow-root --fail-on error,warning "$package"
fi

mkdir "$folder/root"
dpkg-deb -x "$package" "$folder/root"
version=$(QT_QPA_PLATFORM=offscreen "$folder/root/usr/bin/nextchat-desktop" --version)
[[ $version == "nextchat-desktop "* ]] || { echo "it says of itself: $version" >&2; exit 1; }
