#!/bin/bash
# Starts MariaDB, and first initializes the database if the data directory is empty. README.md lists the variables.
set -eo pipefail
shopt -s nullglob

note() { printf '%s [Note] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" "$*"; }
fail() {
    printf '%s [ERROR] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" "$*" >&2
    exit 1
}

# setting NAME [DEFAULT]: exports MARIADB_NAME and MYSQL_NAME with the value of one of them or of the file in *_FILE.
setting() {
    local name=$1 value=$2 variable file
    for variable in "MYSQL_$name" "MARIADB_$name"; do
        file="${variable}_FILE"
        [[ -z ${!variable} || -z ${!file} ]] || fail "Both $variable and $file are set (but are exclusive)"
        [[ -z ${!file} ]] || value=$(<"${!file}")
        [[ -z ${!variable} ]] || value=${!variable}
        unset "$file"
    done
    export "MYSQL_$name=$value" "MARIADB_$name=$value"
}

load_settings() {
    setting ROOT_HOST '%'
    setting ROOT_PASSWORD
    setting RANDOM_ROOT_PASSWORD
    setting ALLOW_EMPTY_ROOT_PASSWORD "$MYSQL_ALLOW_EMPTY_PASSWORD"
    setting DATABASE
    setting USER
    setting USER_HOST '%'
    setting PASSWORD
    setting INITDB_SKIP_TZINFO
    local variable
    for variable in ${!MARIADB_REPLICATION_@} ${!MARIADB_MASTER_@} ${!MARIADB_PASSWORD_HASH@} ${!MARIADB_ROOT_PASSWORD_HASH@}; do
        fail "$variable: this image does not support it. Unset it, or use the official image."
    done
}

# server_value NAME COMMAND…: the server's effective value of an option. Descriptions in its help are indented.
server_value() {
    local name=$1
    shift
    "$@" --verbose --help 2>/dev/null | awk -v name="$name" '/^[^ \t]/ && $1 == name { sub(/^[^ \t]+[ \t]+/, ""); print; exit }'
}

sql() { mariadb --no-defaults --protocol=socket --socket="$socket" --user=root --database=mysql --binary-mode "$@"; }
sql_as_root() { MYSQL_PWD=$MARIADB_ROOT_PASSWORD sql ${MARIADB_DATABASE:+"--database=$MARIADB_DATABASE"}; }

# Escapes a text for single quotes in SQL.
escaped() {
    local text=${1//\\/\\\\}
    printf '%s' "${text//\'/\\\'}"
}

start_temporary_server() {
    note 'Starting temporary server'
    "$@" --skip-networking --socket="$socket" --default-time-zone=SYSTEM --wsrep-on=OFF --skip-slave-start \
        --expire-logs-days=0 --loose-innodb-buffer-pool-load-at-startup=0 &
    temporary_server=$!
    local attempts
    for ((attempts = 300; attempts > 0; attempts--)); do
        if mariadb-admin --no-defaults --socket="$socket" ping &>/dev/null; then
            note 'Temporary server started.'
            return
        fi
        kill -0 "$temporary_server" 2>/dev/null || fail 'The temporary server exited. Its messages above tell why.'
        sleep 0.1
    done
    fail 'The temporary server did not start within 30 seconds.'
}

stop_temporary_server() {
    note 'Stopping temporary server'
    kill "$temporary_server"
    wait "$temporary_server"
    note 'Temporary server stopped'
}

# Prints the SQL that creates the users of healthcheck.sh, and writes their password to its configuration file.
healthcheck_users() {
    local password host
    password=$(pwgen --secure --numerals --capitalize -1 32)
    for host in 127.0.0.1 ::1 localhost; do
        echo "CREATE USER IF NOT EXISTS healthcheck@'$host';"
        echo "SET PASSWORD FOR healthcheck@'$host' = PASSWORD('$password');"
        echo "GRANT ${MARIADB_HEALTHCHECK_GRANTS:-USAGE} ON *.* TO healthcheck@'$host';"
    done
    (
        umask 0077
        printf '[mariadb-client]\nport=%s\nsocket=%s\nuser=healthcheck\npassword=%s\n' "$port" "$socket" "$password" \
            >"$datadir/.my-healthcheck.cnf"
    )
}

create_users_and_database() {
    local root_password user="'$MARIADB_USER'@'$MARIADB_USER_HOST'"
    if [[ -n $MARIADB_RANDOM_ROOT_PASSWORD ]]; then
        MARIADB_ROOT_PASSWORD=$(pwgen --secure --numerals --capitalize --symbols --remove-chars="'\\" -1 32)
        export MARIADB_ROOT_PASSWORD MYSQL_ROOT_PASSWORD=$MARIADB_ROOT_PASSWORD
        note "GENERATED ROOT PASSWORD: $MARIADB_ROOT_PASSWORD"
    fi
    root_password=$(escaped "$MARIADB_ROOT_PASSWORD")
    note 'Securing system users'
    {
        echo "SET SESSION sql_log_bin = 0;"
        echo "SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '');"
        echo "DROP USER IF EXISTS root@'127.0.0.1', root@'::1';"
        echo "EXECUTE IMMEDIATE CONCAT('DROP USER IF EXISTS root@', QUOTE(@@hostname));"
        echo "SET PASSWORD FOR root@localhost = PASSWORD('$root_password');"
        if [[ $MARIADB_ROOT_HOST != localhost ]]; then
            echo "CREATE USER root@'$MARIADB_ROOT_HOST' IDENTIFIED BY '$root_password';"
            echo "GRANT ALL ON *.* TO root@'$MARIADB_ROOT_HOST' WITH GRANT OPTION;"
            echo "GRANT PROXY ON ''@'%' TO root@'$MARIADB_ROOT_HOST' WITH GRANT OPTION;"
        fi
        if [[ -n $MARIADB_MYSQL_LOCALHOST_USER ]]; then
            echo "CREATE USER mysql@localhost IDENTIFIED VIA unix_socket;"
            echo "GRANT ${MARIADB_MYSQL_LOCALHOST_GRANTS:-USAGE} ON *.* TO mysql@localhost;"
        fi
        healthcheck_users
        if [[ -n $MARIADB_DATABASE ]]; then
            note "Creating database $MARIADB_DATABASE" >&2
            echo "CREATE DATABASE IF NOT EXISTS \`$MARIADB_DATABASE\`;"
        fi
        if [[ -n $MARIADB_USER && -n $MARIADB_PASSWORD ]]; then
            note "Creating user $MARIADB_USER" >&2
            echo "CREATE USER $user IDENTIFIED BY '$(escaped "$MARIADB_PASSWORD")';"
            [[ -z $MARIADB_DATABASE ]] || echo "GRANT ALL ON \`${MARIADB_DATABASE//_/\\_}\`.* TO $user;"
        fi
    } | sql
}

run_initialization_files() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh)
                note "running $file"
                # shellcheck disable=SC1090
                if [[ -x $file ]]; then "$file"; else . "$file"; fi
                ;;
            *.sql) note "running $file" && sql_as_root <"$file" ;;
            *.sql.gz) note "running $file" && gunzip -c "$file" | sql_as_root ;;
            *.sql.xz) note "running $file" && xzcat "$file" | sql_as_root ;;
            *.sql.zst) note "running $file" && zstd -dc "$file" | sql_as_root ;;
            *.tar.gz | *.tar.xz | *.tar.zst) fail "$file: this image cannot start from a mariadb-backup archive. Use the official image." ;;
            *) note "ignoring $file" ;;
        esac
    done
}

initialize() {
    [[ -n $MARIADB_ROOT_PASSWORD$MARIADB_RANDOM_ROOT_PASSWORD$MARIADB_ALLOW_EMPTY_ROOT_PASSWORD ]] ||
        fail 'Database is uninitialized and password option is not specified. Set one of MARIADB_ROOT_PASSWORD,' \
            'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD'
    note 'Initializing database files'
    mariadb-install-db --datadir="$datadir" --rpm --auth-root-authentication-method=normal "${@:2}" --cross-bootstrap \
        --skip-test-db --default-time-zone=SYSTEM --enforce-storage-engine= --skip-log-bin --expire-logs-days=0 \
        --loose-innodb-buffer-pool-load-at-startup=0 --loose-innodb-buffer-pool-dump-at-shutdown=0
    note 'Database files initialized'
    start_temporary_server "$@"
    if [[ -z $MARIADB_INITDB_SKIP_TZINFO ]]; then
        mariadb-tzinfo-to-sql --skip-write-binlog /usr/share/zoneinfo | sql
    fi
    create_users_and_database
    run_initialization_files
    stop_temporary_server
    note 'MariaDB init process done. Ready for start up.'
}

# Path of the file with the version of the last upgrade. It has its second name since MariaDB 11.
upgrade_info() {
    if [[ -f $datadir/mariadb_upgrade_info ]]; then echo "$datadir/mariadb_upgrade_info"; else echo "$datadir/mysql_upgrade_info"; fi
}

upgrade_needed() {
    [[ -f $(upgrade_info) && -f $datadir/.my-healthcheck.cnf ]] || return 0
    local from to
    from=$(grep -oEm1 '^[0-9]+\.[0-9]+' "$(upgrade_info)") || return 0
    to=$(grep -oEm1 '^[0-9]+\.[0-9]+' <<<"$server_version")
    [[ $from != "$to" && $(printf '%s\n' "$from" "$to" | sort --version-sort | head -1) == "$from" ]]
}

upgrade() {
    if [[ -z $MARIADB_AUTO_UPGRADE || $MARIADB_AUTO_UPGRADE == 0 ]]; then
        note 'MariaDB upgrade required, but skipped: MARIADB_AUTO_UPGRADE is not set'
        return
    fi
    start_temporary_server "$@" --skip-grant-tables
    if [[ $MARIADB_DISABLE_UPGRADE_BACKUP != 1 ]]; then
        local backup
        backup="system_mysql_backup_$(tr -d '\0\n' <"$(upgrade_info)" 2>/dev/null || echo unknown_version).sql.zst"
        note "Backing up system database to $backup"
        mariadb-dump --no-defaults --socket="$socket" --skip-lock-tables --replace --databases mysql | zstd -q -f -o "$datadir/$backup"
    fi
    mariadb-upgrade --no-defaults --socket="$socket" --upgrade-system-tables
    if [[ ! -f $datadir/.my-healthcheck.cnf ]]; then
        note 'Creating healthcheck users'
        # After the upgrade, privileges are enforced. Only a restarted server accepts clients without root's password.
        stop_temporary_server
        start_temporary_server "$@" --skip-grant-tables
        { echo 'SET SESSION sql_log_bin = 0; FLUSH PRIVILEGES;' && healthcheck_users; } | sql
    fi
    stop_temporary_server
}

# Changes the owner of the server's files and of the socket's folder to mysql, where it is another one.
own_directories() {
    mkdir -p "$datadir"
    find "$datadir" \! -user mysql -exec chown mysql: {} +
    find "$(dirname "$socket")" -maxdepth 0 \! -user mysql -exec chown mysql: {} +
}

[[ $1 != -* ]] || set -- mariadbd "$@"

serving=yes
[[ $1 == mariadbd || $1 == mysqld ]] || serving=
for argument; do
    case $argument in --help | -'?' | --version | -V | --print-defaults) serving= ;; esac
done

if [[ -n $serving ]]; then
    server_version=$(mariadbd --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+-MariaDB')
    note "Entrypoint script for MariaDB Server $server_version started."
    complaint=$("$@" --verbose --help 2>&1 >/dev/null) || fail "mariadbd refuses its configuration: $complaint"
    datadir=$(server_value datadir "$@")
    socket=$(server_value socket "$@")
    port=$(server_value port "$@")
    # As root, since a secret's file may be readable by root only.
    load_settings
    if [[ $(id -u) == 0 ]]; then
        own_directories
        note "Switching to dedicated user 'mysql'"
        exec gosu mysql "${BASH_SOURCE[0]}" "$@"
    fi
    if [[ ! -d $datadir/mysql ]]; then
        initialize "$@"
    elif upgrade_needed; then
        upgrade "$@"
    else
        note 'MariaDB upgrade not required'
    fi
    unset {MARIADB,MYSQL}_{ROOT_PASSWORD,PASSWORD,ROOT_HOST}
fi
exec "$@"
