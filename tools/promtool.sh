#!/bin/sh
# promtool.sh ARGUMENTS: runs Prometheus's promtool. Debian has it in the server's package, which
# would start one here: the package is unpacked, not installed. "skipped: ..." where there is none.
set -eu
cd "$(dirname "$0")/.."
folder=build/promtool
tool=$(command -v promtool || echo "$folder/usr/bin/promtool")
if [ ! -x "$tool" ]; then
  mkdir -p "$folder"
  unpack='apt-get download prometheus && dpkg -x prometheus_*.deb . && rm prometheus_*.deb'
  (cd "$folder" && sh -c "$unpack") >"$folder/log" 2>&1 || {
    echo "skipped: promtool is not here (Debian's package prometheus has it), see $folder/log"
    exit 0
  }
fi
exec "$tool" "$@"
