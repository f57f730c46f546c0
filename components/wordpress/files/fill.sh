# Makes the folder of PHP's sessions ($1), and puts the image's wp-content on the claim, once. It appears there whole or not at all, and what is there is never touched again.
set -euo pipefail
source "$(dirname "$0")/copyTree.sh"
cd /claim
# For www-data alone. By the mask: some shares refuse a change of modes.
(umask 077 && mkdir --parents "$1")
if [[ -d wp-content ]]; then
    echo "wp-content is there already"
    exit
fi
new=filling-$HOSTNAME
# Left by a run that was cut off, or by another one that is at work: the folder's name tells it.
trap 'rm -rf "$new"' EXIT
mkdir "$new"
copy_tree /usr/src/wordpress/wp-content "$new"
is_same_tree /usr/src/wordpress/wp-content "$new"
sync --file-system "$new"
if mv --no-target-directory "$new" wp-content; then
    echo "wp-content is filled: $(find wp-content -type f | wc -l) files"
else
    # Another run was faster.
    [[ -d wp-content ]]
fi
find . -maxdepth 1 -name 'filling-*' -mmin +60 -exec rm -rf {} +
