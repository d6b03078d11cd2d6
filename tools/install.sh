#!/bin/sh
# Installs what is missing of tools/packages.txt: `install.sh build`, `test` (those of build too) or
# `bench` (all).
# Calls apt only when something is missing, with sudo where that is needed.
set -eu
cd "$(dirname "$0")/.."
want=${1:-build}

wanted=$(while read -r package _ purpose; do
  case $package in '' | '#'*) continue ;; esac
  case $want:$purpose in *:build:* | test:test:* | bench:*) echo "$package" ;; esac
done <tools/packages.txt)
# shellcheck disable=SC2016,SC2086  # dpkg's own variables; a list of words
installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
  sed -n 's/ installed$//p')

missing=
for package in $wanted; do
  case "
$installed
" in *"
$package
"*) continue ;; esac
  # It may also be there as a command that somebody installed another way (node's own npm).
  if [ "$package" = npm ] && command -v npm >/dev/null; then continue; fi
  missing="$missing $package"
done
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null || {
  echo "This is not Debian. Install what these are called here, then run again:$missing" >&2
  exit 1
}
as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "Missing packages, and neither root nor sudo here. As root: apt-get install$missing" >&2
    exit 1
  }
  as_root=sudo
fi
echo "Installing:$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # a list of words
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
  tail -n 30 "$log" >&2
  echo "apt-get could not install them all. Deskwire is built on Debian 12 (bookworm)." >&2
  exit 1
fi
