#!/usr/bin/env bash
# Installs PostgreSQL's programs from Debian where they are missing. Where that cannot
# be done the tests that need them are left out, and their report says so.
set -euo pipefail
if command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then exit; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo 'PostgreSQL is not installed, and only root on Debian can install it here.' >&2
  exit
fi
# The tests start servers of their own: Debian need not start one.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql || echo 'PostgreSQL could not be installed.' >&2
