# nginx asks name servers by itself, and knows neither resolv.conf nor the names that the cluster completes.
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
# nginx looks the name up in the background: no request waits for a name server, and the pods of the last answer stay while there is
# none. No pod is left out for having failed (max_fails): it may be the only one, and each request tries others.
cat >/tmp/cluster.conf <<END
resolver$servers valid=1s;
resolver_timeout 1s;
upstream site {
    zone site 256k;
    server $SITE.$domain:80 resolve max_fails=0;
}
END
# Half of the files that may be open are for connections: each is a file, and a request has another one, a page or a body. With more
# connections than files nginx would accept none any more; with fewer it closes idle ones.
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
# A container that starts again may have missed a change: it begins a generation, and keeps the previous ones for when WordPress is
# unavailable (pageCache.js).
cd /var/cache/nginx
mkdir -p words
next=$(($(ls words | sort -n | tail -n1) + 1))
mkdir "words/$next"
ln -sfn "words/$next" word
exec nginx -c /etc/wordpress-cache/pageCache.conf -e /dev/stderr -g 'daemon off;'
