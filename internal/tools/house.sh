#!/usr/bin/env bash
# Rules that no linter knows. Prints each breach and fails.
set -euo pipefail
cd "$(dirname "$0")/../.."

max_lines=300
max_test_lines=500 # tables of cases are long
max_bytes=$((2 * 1024 * 1024)) # a built program is larger, and nothing else here is
breaches=$(mktemp)
trap 'rm -f "$breaches"' EXIT

breach() { echo "$*" >>"$breaches"; }

# The Go files that are neither generated nor ignored by git.
git ls-files --cached --others --exclude-standard -- '*.go' | while read -r f; do
  if [ ! -e "$f" ] || grep -qm1 '^// Code generated .* DO NOT EDIT\.$' "$f"; then continue; fi
  n=$(wc -l <"$f")
  most=$max_lines
  case "$f" in *_test.go) most=$max_test_lines ;; esac
  if [ "$n" -gt "$most" ]; then breach "$f: $n lines, at most $most"; fi
  grep -nE '\b(TODO|FIXME|XXX)\b' "$f" | while IFS= read -r l; do breach "$f:${l%%:*}: left open"; done || true
  case "$f" in
  *_test.go)
    grep -qs testing/synctest "$(dirname "$f")"/*_test.go || grep -nE '\btime\.Sleep\(' "$f" | while IFS= read -r l; do breach "$f:${l%%:*}: sleeps; wait for a condition or use testing/synctest"; done || true
    grep -nE '\bt\.Skip(f|Now)?\(' "$f" | while IFS= read -r l; do breach "$f:${l%%:*}: a skipped test"; done || true
    ;;
  esac
done

# What git tracks stays in its history for ever: measured is what would be committed,
# not what lies in the folder.
git ls-files --stage | sed -nE 's/^100[0-9]+ ([0-9a-f]+) [0-9]\t/\1 /p' | git cat-file --batch-check='%(objectsize) %(rest)' |
  while read -r n f; do
    if [ "$n" -gt "$max_bytes" ]; then breach "$f: $n bytes, at most $max_bytes; if it is a built program: git rm --cached '$f'"; fi
  done
git ls-files --cached --ignored --exclude-standard | while IFS= read -r f; do breach "$f: .gitignore hides a file that is tracked"; done

# Vendors are known to their own folder and to one registry.
for family in providers internal/vendorsim; do
  for dir in "$family"/*/provider.go "$family"/*/sim.go; do
    [ -e "$dir" ] || continue
    vendor=$(basename "$(dirname "$dir")")
    git grep -n --untracked "otelactivity/$family/$vendor\"" -- '*.go' ":!$family/$vendor" ":!$family/all" |
      while IFS= read -r l; do breach "${l%%:\"*}: imports $family/$vendor, which only $family/all may"; done || true
  done
done

if [ -s "$breaches" ]; then
  echo 'House rules broken:' >&2
  sort -V "$breaches" >&2
  exit 1
fi
