#!/bin/bash
# Copies WordPress core from the image into the docroot, which lasts as long as the pod. wp-content is mounted there afterwards.
set -euo pipefail
find /usr/src/wordpress -mindepth 1 -maxdepth 1 ! -name wp-content \
    -exec cp --recursive --preserve=mode,timestamps --target-directory=/var/www/html {} +
# This wp-config.php reads everything from the environment, salts included.
cp /usr/src/wordpress/wp-config-docker.php /var/www/html/wp-config.php
mkdir --parents /var/www/html/wp-content
