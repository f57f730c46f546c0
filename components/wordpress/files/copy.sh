# Copies the content of one pod's claim beside the shared content, once, and compares every byte. It appears there whole or not at all.
set -euo pipefail
source "$(dirname "$0")/copyTree.sh"
number=$1
if [[ -d /claim/wp-content ]]; then
    echo "one content of all pods is there already"
    exit
fi
mkdir --parents /claim/migration
cd /claim/migration
if [[ -d $number ]]; then
    echo "the content of pod $number is there already"
    exit
fi
rm --recursive --force "$number.partial"
mkdir "$number.partial"
if [[ -d /from/wp-content ]]; then
    copy_tree /from/wp-content "$number.partial"
    is_same_tree /from/wp-content "$number.partial"
    # Which of two files is the newest is told by these: the claim may have refused the files' times.
    find /from/wp-content -type f -printf '%T@ %P\0' > "$number.times"
fi
sync --file-system .
mv "$number.partial" "$number"
echo "the content of pod $number: $(find "$number" -type f | wc -l) files"
