#!/bin/bash
# Exits with 0 if all checks of its options succeed. README.md lists them.
set -eo pipefail

data=/var/lib/mysql
client=()
[[ ! -f $data/.my-healthcheck.cnf ]] || client=("--defaults-extra-file=$data/.my-healthcheck.cnf")
connected=

query() { mariadb "${client[@]}" --protocol=socket --batch --skip-column-names --execute "$1"; }
status_of() { query "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = '$1'"; }

# The server accepts connections from the network, unlike the temporary server of the initialization.
connect() {
    connected=no
    local answer
    if answer=$(query 'SELECT @@skip_networking'); then
        [[ $answer == 0 ]] || return 1
    else
        answer=$(mariadb "${client[@]}" --host=127.0.0.1 --protocol=tcp --batch --skip-column-names \
            --execute 'SELECT @@skip_networking' 2>&1) || true
        case $answer in
            0) ;;
            # The server runs: it refuses this client, or the account is locked, expired or over its limit.
            'ERROR 1'???' (28000)'* | 'ERROR 1820 '* | 'ERROR 4151 '* | 'ERROR 1226 '*) ;;
            *) return 1 ;;
        esac
    fi
    connected=yes
}

innodb_initialized() {
    [[ $(query "SELECT 1 FROM information_schema.ENGINES WHERE engine = 'innodb' AND support IN ('YES', 'DEFAULT', 'ENABLED')") == 1 ]]
}

innodb_buffer_pool_loaded() { [[ $(status_of Innodb_buffer_pool_load_status) == *'load completed'* ]]; }

# mariadb-upgrade locks this file while it runs.
mariadbupgrade() {
    local info
    for info in "$data"/mysql_upgrade_info "$data"/mariadb_upgrade_info; do
        [[ ! -r $info ]] || flock --exclusive --nonblock 9 9<"$info" || return 1
    done
}

as_user() {
    local user=$1
    shift
    exec gosu "$user" "${BASH_SOURCE[0]}" "$@"
}

if [[ $# == 0 ]]; then
    echo 'At least one argument required' >&2
    exit 1
fi

while [[ $# -gt 0 ]]; do
    case $1 in
        --su-mysql) as_user mysql "${@:2}" ;;
        --su=*) as_user "${1#*=}" "${@:2}" ;;
        --su) as_user "$2" "${@:3}" ;;
        --datadir=*) data=${1#*=} ;;
        --datadir) data=$2 && shift ;;
        --no-defaults) client=(--no-defaults) ;;
        --defaults-file=* | --defaults-extra-file=* | --defaults-group-suffix=*) client=("$1") ;;
        --no-connect) connected=yes ;;
        --connect | --innodb_initialized | --innodb_buffer_pool_loaded | --mariadbupgrade)
            if ! "${1#--}"; then
                echo "healthcheck ${1#--} failed" >&2
                exit 1
            fi
            ;;
        *)
            echo "healthcheck unknown option or test '$1'" >&2
            exit 1
            ;;
    esac
    shift
done

# The other checks use the socket, which may be the temporary server's.
[[ $connected == yes ]] || connect
