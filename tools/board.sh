#!/bin/sh
# Builds the board into board/dist where its sources are newer than what is there.
set -eu
cd "$(dirname "$0")/.."
if [ ! -f board/package.json ]; then
  echo "the board is not there yet: the binary is built without it" >&2
  exit 0
fi
tools/npm_packages.sh board
cd board
newer=$(find . \( -name node_modules -o -name dist -o -name 'build-*' \) -prune -o \
  -type f -newer dist/index.html -print 2>/dev/null | head -n 1)
if [ ! -f dist/index.html ] || [ -n "$newer" ]; then
  npm run --silent build </dev/null
  touch dist/index.html
fi
