#!/usr/bin/env bash
# Builds the distribution of testdata/distribution, which takes the receiver by one
# gomod entry as anybody's can, and checks that the receiver is in it.
set -euo pipefail
cd "$(dirname "$0")/../.."
go=${GO:-go}
out=.cache/otelcol-mine

mkdir -p .cache
rm -rf "$out"
"$go" tool -modfile=internal/tools/ocb/go.mod builder --config testdata/distribution/manifest.yaml --skip-get-modules --skip-compilation
# Its modules are some of ours, so our sums are its sums.
cp internal/distro/go.sum "$out/"
(cd "$out" && CGO_ENABLED=0 "$go" build -mod=mod -trimpath -ldflags "-s -w" -o otelcol-mine .)
"$out/otelcol-mine" components | grep -A1 'name: activity$'
