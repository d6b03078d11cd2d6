#!/bin/sh
# node_tests.sh FOLDER [SCRIPT...]: installs FOLDER's packages where that is due and runs the npm
# scripts named, by default check and test. What is not there yet is said, not passed over.
set -eu
cd "$(dirname "$0")/.."
folder=$1
shift
[ $# -gt 0 ] || set -- check test
if [ ! -f "$folder/package.json" ]; then
  echo "skipped: $folder is not there yet"
  exit 0
fi
tools/npm_packages.sh "$folder"
cd "$folder"
has_script() {
  node -e 'process.exit(require("./package.json").scripts?.[process.argv[1]] ? 0 : 1)' "$1"
}
ran=
for script in "$@"; do
  if has_script "$script"; then
    npm run --silent "$script" </dev/null
    ran=yes
  fi
done
[ -n "$ran" ] || echo "skipped: $folder/package.json has no script called $*"
