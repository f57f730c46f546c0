#!/bin/bash
# Copies the content of one pod's claim ($1: the pod's number) next to the shared content, and compares every byte. The copy is atomic
# and happens once.
set -euo pipefail
# shellcheck source=copyTree.sh
source "$(dirname "$0")/copyTree.sh"
number=$1
if [[ -d /claim/wp-content ]]; then
    echo "The shared content already exists."
    exit
fi
mkdir --parents /claim/migration
cd /claim/migration
if [[ -d $number ]]; then
    echo "The content of pod $number is already copied."
    exit
fi
rm --recursive --force "$number.partial"
mkdir "$number.partial"
if [[ -d /from/wp-content ]]; then
    copy_tree /from/wp-content "$number.partial"
    is_same_tree /from/wp-content "$number.partial"
    # merge.php picks the newest of two files by these times, since the claim may have refused to store the files' own.
    find /from/wp-content -type f -printf '%T@ %P\0' > "$number.times"
fi
sync --file-system .
mv "$number.partial" "$number"
echo "Copied the content of pod $number: $(find "$number" -type f | wc -l) files"
