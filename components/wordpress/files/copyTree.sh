# shellcheck shell=bash
# Functions for scripts that fill the claim. An SMB share has its own modes and times and refuses changes: both are copied only where
# the claim accepts them.

# Copies the contents of one folder into another. Symlinks stay symlinks.
copy_tree() {
    local from=$1 to=$2 preserve=()
    touch "$to/.probe"
    if cp --preserve=mode,timestamps "${BASH_SOURCE[0]}" "$to/.probe" 2>/dev/null; then
        preserve=("--preserve=mode,timestamps")
    fi
    rm "$to/.probe"
    find "$from" -mindepth 1 -maxdepth 1 -exec cp --recursive --no-dereference "${preserve[@]}" --target-directory="$to" {} +
}

# Lists a folder's contents: folders, symlinks with their targets, and the checksum of every file.
describe_tree() {
    (
        cd "$1" || exit
        find . -mindepth 1 -type d -printf 'd %P\n' -o -type l -printf 'l %P %l\n' | sort
        find . -type f -print0 | sort --zero-terminated | xargs --null --no-run-if-empty sha256sum
    )
}

# Compares two folders byte by byte, and prints the differences.
is_same_tree() {
    diff <(describe_tree "$1") <(describe_tree "$2")
}
