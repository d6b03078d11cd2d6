#!/bin/sh
# A commit's subject is "area: what, and why", at most 100 columns.
subject=$(head -n 1 "$1")
case $subject in Merge\ * | Revert\ * | fixup!\ *) exit 0 ;; esac
printf '%s' "$subject" | grep -qE '^[a-z][a-z0-9_/, -]*: .{1,100}$' || {
  echo "\"$subject\" names no area; instead: \"bridge: a close word is no comment\"" >&2
  exit 1
}
