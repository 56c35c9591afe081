#!/usr/bin/env bash
# Generates the distribution from builder-config.yaml into internal/distro and
# completes its go.mod and go.sum by compiling it. `go mod tidy` is not used: it
# needs every test dependency of every dependency.
set -euo pipefail
cd "$(dirname "$0")/../.."
go=${GO:-go}

"$go" tool -modfile=internal/tools/ocb/go.mod builder --config builder-config.yaml --skip-get-modules --skip-compilation
cd internal/distro
CGO_ENABLED=0 "$go" build -mod=mod -trimpath -ldflags '-s -w' -o ../../bin/otelcol-activity .
