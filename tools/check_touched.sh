#!/bin/sh
# Refuses touched files that have no place in the repository: large ones, and private keys.
for file in "$@"; do
  if [ "$(wc -c <"$file")" -gt 524288 ]; then
    echo "$file: over 512 KiB; instead: made by a script, or a smaller sample" >&2
    failed=1
  fi
  case $file in tests/*) continue ;; esac # throw-away keys of tests are nobody's secret
  if grep -qI -e '-----BEGIN [A-Z ]*PRIVATE KEY-----' "$file"; then
    echo "$file: a private key; instead: file:/path in the configuration" >&2
    failed=1
  fi
done
exit ${failed:-0}
