#!/bin/bash
# Lays out WordPress in an empty docroot and writes its wp-config.php, then runs the command. README.md has the rules.
set -euo pipefail

source=/usr/src/wordpress
placeholder='put your unique phrase here'

say() { echo "$*" >&2; }

# Owner of what is laid out: whom Apache serves as, or who runs this when that is not root.
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
    # Apache writes numbers as `#1000`.
    user=${user#\#}
    group=${group#\#}
}

# A folder under plugins, themes, … that is there already stays as it is. Single files are written anew.
lay_out_core() {
    local from=(--create --file - --directory "$source" --owner "$user" --group "$group") to=(--extract --file -) path
    if [[ $(id -u) == 0 ]]; then
        [[ $(stat --format %u:%g .) != 0:0 ]] || chown "$user:$group" .
    else
        # The docroot's own mode and time are its owner's to change.
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

# Every key that the environment does not give gets a value of its own, which nobody else has.
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
        # Some network filesystems let nobody change owners.
        [[ $(id -u) != 0 ]] || chown "$user:$group" wp-config.php || true
        return
    done
}

if [[ ${1-} == apache2* || ${1-} == php-fpm ]]; then
    choose_owner "$1"
    [[ -e index.php || -e wp-includes/version.php ]] || lay_out_core
    settings=("${!WORDPRESS_@}")
    [[ -s wp-config.php || ${#settings[@]} == 0 ]] || write_config
fi

exec "$@"
