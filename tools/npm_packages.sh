#!/bin/sh
# npm_packages.sh FOLDER: installs what the lock file says, where that is due.
set -eu
cd "$(dirname "$0")/../$1"
if [ ! -f node_modules/.package-lock.json ] ||
  [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error </dev/null
  touch node_modules/.package-lock.json
fi
