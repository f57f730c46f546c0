# Lays out core, from the image alone, in a docroot that goes with its pod. wp-content is mounted there afterwards.
set -euo pipefail
find /usr/src/wordpress -mindepth 1 -maxdepth 1 ! -name wp-content \
    -exec cp --recursive --preserve=mode,timestamps --target-directory=/var/www/html {} +
# All that it reads comes from the environment, keys included.
cp /usr/src/wordpress/wp-config-docker.php /var/www/html/wp-config.php
mkdir --parents /var/www/html/wp-content
