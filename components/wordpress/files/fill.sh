#!/bin/bash
# Creates the folder for PHP sessions ($1), and copies the image's wp-content to the claim, once. The copy is atomic, and an existing
# wp-content is never changed.
set -euo pipefail
# shellcheck source=copyTree.sh
source "$(dirname "$0")/copyTree.sh"
cd /claim
# Readable for www-data alone. The mask sets the mode, because some shares refuse a change of modes.
(umask 077 && mkdir --parents "$1")
if [[ -d wp-content ]]; then
    echo "wp-content already exists."
    exit
fi
# Named after the pod: another run may have a folder of its own here, interrupted or still in progress.
new=filling-$HOSTNAME
trap 'rm -rf "$new"' EXIT
mkdir "$new"
copy_tree /usr/src/wordpress/wp-content "$new"
is_same_tree /usr/src/wordpress/wp-content "$new"
sync --file-system "$new"
if mv --no-target-directory "$new" wp-content; then
    echo "Created wp-content: $(find wp-content -type f | wc -l) files"
else
    # Another run was faster.
    [[ -d wp-content ]]
fi
find . -maxdepth 1 -name 'filling-*' -mmin +60 -exec rm -rf {} +
