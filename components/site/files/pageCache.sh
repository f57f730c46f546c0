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
cat >/tmp/cluster.conf <<END
resolver$servers valid=1s;
resolver_timeout 2s;
map "" \$site { default "$SITE.$domain"; }
END
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
