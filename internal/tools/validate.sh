#!/usr/bin/env bash
# Runs `otelcol-activity validate` on every collector configuration: the YAML files
# in testdata/collector, and each yaml block of a Markdown file that is a whole one
# (it has a service section). Every ${env:NAME} in them gets a harmless value.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp testdata/collector/*.yaml "$work/"
git ls-files --cached --others --exclude-standard -- '*.md' | while read -r doc; do
  awk -v prefix="$work/${doc//\//-}" '
    /^[ \t]*```ya?ml/ { n++; file = sprintf("%s-block-%02d.yaml", prefix, n); inside = 1; next }
    /^[ \t]*```/      { inside = 0; if (file) close(file); next }
    inside            { print > file }' "$doc"
done
for block in "$work"/*-block-*.yaml; do
  if [ -e "$block" ] && ! grep -q '^service:' "$block"; then rm "$block"; fi
done

placeholder() { # a value of the kind that the name promises
  case "$1" in
  *_PORT) echo 19999 ;;
  *_ADDRESS) echo 127.0.0.1:19999 ;;
  *_DIR) mktemp -d -p "$work" ;;
  *_URL | *_ENDPOINT) echo http://127.0.0.1:19999 ;;
  SHARD_INDEX) echo 0 ;;
  SHARD_COUNT) echo 1 ;;
  *) echo placeholder ;;
  esac
}

n=0
for f in "$work"/*.yaml; do
  env=()
  while read -r name; do env+=("$name=$(placeholder "$name")"); done < <(grep -oE '\$\{env:[A-Z0-9_]+' "$f" | sed 's/.*://' | sort -u)
  echo "validate ${f##*/}"
  (cd "$work" && env "${env[@]}" "$OLDPWD/bin/otelcol-activity" validate --config "$f")
  n=$((n + 1))
done
if [ "$n" = 0 ]; then
  echo 'There is no collector configuration in this tree. Nothing was validated.' >&2
  exit 1
fi
echo "$n configurations are valid"
