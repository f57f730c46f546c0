#!/bin/sh
# shellcheck shell=dash
# Starts nginx. nginx queries name servers itself, but reads neither resolv.conf nor its search domains: both are read here.
set -eu
servers=
domain=
while read -r key first rest; do
  case $key in
    nameserver)
      case $first in *:*) first="[$first]" ;; esac
      servers="$servers $first"
      ;;
    search)
      for name in $first $rest; do
        case $name in "$NAMESPACE".svc.*) domain=$name ;; esac
      done
      ;;
  esac
done </etc/resolv.conf
# nginx resolves the name in the background: no request waits for a name server. If none answers, nginx keeps the pods of the last
# answer. No pod is excluded after failures (max_fails=0): it may be the only one, and each request tries others.
cat >/tmp/cluster.conf <<END
resolver$servers valid=1s;
resolver_timeout 1s;
upstream site {
    zone site 256k;
    server $SITE.$domain:80 resolve max_fails=0;
}
END
# Half of the open file limit is for connections. Each connection is a file, and each request may have another one, a page or a body.
# If the files ran out first, nginx would accept no connection any more; if connections run out first, it closes idle ones.
ulimit -Sn "$(ulimit -Hn)"
files=$(ulimit -Sn)
connections=@CONNECTIONS@
if test "$files" != unlimited && test $((files / 2 - 32)) -lt "$connections"; then
  connections=$((files / 2 - 32))
fi
echo "worker_connections $connections;" >/tmp/connections.conf
for port in @PORT@ @CONTROL_PORT@; do
  {
    echo "listen $port;"
    # A node may have no IPv6.
    test ! -e /proc/net/if_inet6 || echo "listen [::]:$port;"
  } >"/tmp/listen-$port.conf"
done
# A restarted container may have missed a purge, so it begins a new generation. The previous ones stay for when WordPress is
# unavailable (pageCache.js).
cd /var/cache/nginx
mkdir -p words
# shellcheck disable=SC2012 # The names are numbers.
next=$(($(ls words | sort -n | tail -n1) + 1))
mkdir "words/$next"
ln -sfn "words/$next" word
exec nginx -c /etc/wordpress-cache/pageCache.conf -e /dev/stderr -g 'daemon off;'
