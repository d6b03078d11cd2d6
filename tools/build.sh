#!/bin/sh
# build.sh FOLDER [CMake options... --] [targets...]: configures FOLDER where due, and builds.
# DESKWIRE_BUILD_JOBS limits how many compilers run at once; a compiler takes up to 1.4 GiB.
set -eu
cd "$(dirname "$0")/.."
folder=$1
shift
options=
case " $* " in *" -- "*)
  while [ "$1" != -- ]; do
    options="$options $1"
    shift
  done
  shift
  ;;
esac
# One build of a folder at a time; another waits for it, and finds its work done.
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
jobs=${DESKWIRE_BUILD_JOBS:-$(nproc)}
[ -f board/dist/index.html ] || options="$options -DDW_BOARD=OFF"
[ ! -f board/dist/index.html ] || options="$options -DDW_BOARD=ON"
[ -z "${DW_WERROR:-}" ] || options="$options -DDW_WERROR=$DW_WERROR"
# Ninja itself sees when a CMakeLists.txt has changed; only other options need a new look.
if [ ! -f "$folder/build.ninja" ] || [ "$(cat "$folder/options" 2>/dev/null)" != "$options" ]; then
  # shellcheck disable=SC2086  # a list of words
  cmake -S . -B "$folder" -G Ninja $options
  echo "$options" >"$folder/options"
fi
[ $# -eq 0 ] || set -- --target "$@"
build() { cmake --build "$folder" --parallel "$jobs" "$@"; }
build "$@" && exit
code=$?
[ "$code" -eq 1 ] || exit "$code"  # interrupted
# Two files of one group may share a name since they were grouped: tools/unity.py.
before=$(cksum <"$folder/unity.txt")
cmake "$folder" >/dev/null
[ "$before" != "$(cksum <"$folder/unity.txt")" ] || exit 1
echo "The groups of files changed; building again."
build "$@"
