#!/usr/bin/env bash
# Prints the folders of the modules whose code is written here and whose tests need
# no server: distro is generated, tools and backends only pin programs of others.
set -euo pipefail
cd "$(dirname "$0")/../.."
find . -name go.mod -not -path './.*' | grep -v -E '^\./internal/(distro|tools|backends|e2e)/' | xargs -n1 dirname | sort
