#!/bin/sh
# ctest.sh FOLDER PATTERN [ctest options...]: runs the tests of a build folder whose names match.
# With V=1 each test's output is shown, else only that of those that fail.
set -eu
cd "$(dirname "$0")/../$1"
pattern=$2
shift 2
if ctest -N -R "$pattern" "$@" | grep -q '^Total Tests: 0$'; then
  echo "skipped: no test is called $pattern yet"
  exit 0
fi
shown=--output-on-failure
[ -z "${V:-}" ] || shown=--verbose
# A program that hangs ends within the time of its step; contracts under a sanitizer on a busy
# machine take minutes.
exec ctest "$shown" --timeout 900 -R "$pattern" "$@"
