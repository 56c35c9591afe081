#!/usr/bin/env bash
# exists.sh GLOB NAME: fails with a message when no file matches, so that a target
# with nothing behind it is not taken for one that passed.
set -euo pipefail
if ! compgen -G "$1" >/dev/null; then
  echo "There is no $2 in this tree: no file matches $1. Nothing was run." >&2
  exit 1
fi
