# SPDX-License-Identifier: MIT
# For build.sh and check.sh: buildah with a store of its own below $folder.
base_image=localhost/nextchat-base
in_store() {
    local command=$1
    shift
    buildah --root "$folder/store" --runroot "$folder/run" --storage-driver "${NEXTCHAT_STORAGE_DRIVER:-vfs}" "$command" "$@"
}
