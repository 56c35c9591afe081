#!/usr/bin/env bash
# fuzz.sh TIME: runs every fuzz target of the root module for TIME each.
set -euo pipefail
cd "$(dirname "$0")/../.."
go=${GO:-go}
ran=0
while IFS=: read -r file target; do
  echo "== ${file%/*} $target"
  "$go" test "./${file%/*}" -run '^$' -fuzz "^$target\$" -fuzztime "$1"
  ran=$((ran + 1))
done < <(git grep --untracked -oE '^func Fuzz[A-Za-z0-9_]*' -- '*_test.go' | sed 's/func //')
if [ "$ran" = 0 ]; then
  echo 'There is no fuzz target in this tree. Nothing was run.' >&2
  exit 1
fi
echo "$ran fuzz targets, $1 each"
