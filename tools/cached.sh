#!/bin/sh
# cached.sh ROOT CCACHE COMPILER...: compiles through ccache, so that a second checkout is built
# from what the first one compiled. Without ccache the build runs the compiler itself.
set -eu
# Paths count from the checkout. A precompiled header is only cacheable when its defines and times
# are not compared.
export CCACHE_BASEDIR="$1" CCACHE_NOHASHDIR=1
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
# And it would read all of a precompiled header, 170 MB, for each file that uses it: its sum stands
# beside it.
export CCACHE_PCH_EXTSUM=1
shift
case " $* " in
*" -x c++-header "*) ;;
*)
  # The compiler itself says what a file includes (-MD): it is not preprocessed to find out.
  export CCACHE_DEPEND=1
  exec "$@"
  ;;
esac
out=
before=
for word; do
  [ "$before" != -o ] || out=$word
  before=$word
done
# A compiler that finds it there already would begin with it.
rm -f "$out" "$out.sum"
"$@"
sha256sum <"$out" >"$out.sum"
