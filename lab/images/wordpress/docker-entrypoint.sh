#!/bin/bash
# Copies WordPress to an empty docroot, writes wp-config.php, and runs the command. README.md has the rules.
set -euo pipefail

source=/usr/src/wordpress
placeholder='put your unique phrase here'

say() { echo "$*" >&2; }

# Chooses the owner of the copied files: Apache's user, or the current user unless it is root.
choose_owner() {
    user=$(id -u)
    group=$(id -g)
    [[ $user == 0 ]] || return 0
    user=www-data
    group=www-data
    if [[ $1 == apache2* ]]; then
        user=${APACHE_RUN_USER:-$user}
        group=${APACHE_RUN_GROUP:-$group}
    fi
    # Apache writes numeric IDs as `#1000`.
    user=${user#\#}
    group=${group#\#}
}

# Copies core. Existing folders under plugins, themes, … are not changed. Other files are overwritten.
copy_core() {
    local from=(--create --file - --directory "$source" --owner "$user" --group "$group") to=(--extract --file -) path
    if [[ $(id -u) == 0 ]]; then
        [[ $(stat --format %u:%g .) != 0:0 ]] || chown "$user:$group" .
    else
        # Only the docroot's owner can change its mode and time.
        to+=(--no-overwrite-dir)
    fi
    say "WordPress not found in $PWD - copying now..."
    [[ -z $(find . -mindepth 1 -maxdepth 1 ! -name wp-content) ]] || say "WARNING: $PWD is not empty! (copying anyhow)"
    for path in "$source"/.htaccess "$source"/wp-content/*/*/; do
        path=${path%/}
        path=${path#"$source/"}
        if [[ -e $path ]]; then
            say "WARNING: '$PWD/$path' exists! (not copying the WordPress version)"
            from+=(--exclude "./$path")
        fi
    done
    tar "${from[@]}" . | tar "${to[@]}"
    say "Complete! WordPress has been successfully copied to $PWD"
}

# Replaces each placeholder with a random value. It is the default of a key that the environment does not set.
with_random_keys() {
    local line
    while IFS= read -r line || [[ -n $line ]]; do
        [[ $line != *"$placeholder"* ]] || line=${line//"$placeholder"/$(od -An -N20 -tx1 /dev/urandom | tr -d ' \n')}
        printf '%s\n' "$line"
    done
}

write_config() {
    local template
    for template in wp-config-docker.php "$source/wp-config-docker.php"; do
        [[ -s $template ]] || continue
        say "No 'wp-config.php' found in $PWD, but 'WORDPRESS_...' variables supplied; copying '$template' (${!WORDPRESS_@})"
        with_random_keys <"$template" >wp-config.php
        # Some network file systems do not allow owner changes.
        [[ $(id -u) != 0 ]] || chown "$user:$group" wp-config.php || true
        return
    done
}

if [[ ${1-} == apache2* || ${1-} == php-fpm ]]; then
    choose_owner "$1"
    [[ -e index.php || -e wp-includes/version.php ]] || copy_core
    settings=("${!WORDPRESS_@}")
    [[ -s wp-config.php || ${#settings[@]} == 0 ]] || write_config
fi

exec "$@"
