#!/usr/bin/env python3
"""Runs clang-tidy on the files that a change touches, or on all with --all.

  tools/lint.py [--all] [--build FOLDER] [--since COMMIT] [--most N]

A touched header is checked through the source file beside it. The compile commands are g++'s; what
clang does not know is left out of them, and the precompiled header is included as plain text.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GNU_ONLY = re.compile(r"-fpch-preprocess|-Winvalid-pch|-Werror|-Wno-(maybe-uninitialized|restrict|"
                      r"dangling-pointer|stringop-over\w+|mismatched-new-delete|"
                      r"subobject-linkage)")
GROUPED = re.compile(r'^#include "([^"]+)"', re.M)


def clang_command(command):
    """g++'s command without its launcher, its precompiled header, and flags of its own.

    -Werror goes too: of what clang warns, .clang-tidy says what counts.
    """
    words = shlex.split(command)
    start = next(place for place, word in enumerate(words) if re.search(r"(^|/)[cg]\+\+", word))
    kept = []
    for word in words[start:]:
        if GNU_ONLY.fullmatch(word):
            continue
        match = re.search(r"dw_pch_(\w+)\.dir/cmake_pch\.hxx$", word)
        header = "pch_tests.h" if match and match.group(1) == "tests" else "pch.h"
        kept.append(str(ROOT / "cmake" / header) if match else word)
    return shlex.join(kept)


def apart(entry):
    """The entry of each file that is compiled in a group (tools/unity.py), as if it stood alone."""
    group = entry["file"]
    if "/unity/" not in group:
        return [entry]
    files = [str(ROOT / name) for name in GROUPED.findall(pathlib.Path(group).read_text())]
    return [entry | {"file": file, "command": entry["command"].replace(f"-c {group}", f"-c {file}")}
            for file in files]


def write_commands(build):
    folder = build / "lint"
    folder.mkdir(exist_ok=True)
    grouped = json.loads((build / "compile_commands.json").read_text())
    entries = [one for entry in grouped for one in apart(entry)]
    for entry in entries:
        entry["command"] = clang_command(entry["command"])
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    return folder, {entry["file"] for entry in entries}


def git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.splitlines() if done.returncode == 0 else []


def touched(since):
    """What is not committed, and what was committed since; without `since` the last commit."""
    base = since or next(iter(git("merge-base", "HEAD", "origin/main")), "")
    if not since and (not base or base == next(iter(git("rev-parse", "HEAD")), "")):
        base = "HEAD~1"
    names = git("diff", "--name-only", base) + git("ls-files", "--others", "--exclude-standard")
    for name in names:
        path = ROOT / name
        yield str(path.with_suffix(".cc") if path.suffix == ".h" else path)


def check(folder, file):
    return subprocess.run(["clang-tidy", "--quiet", "-p", str(folder), file], cwd=ROOT,
                          capture_output=True, text=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="every source file: some ten minutes")
    parser.add_argument("--build", default="build", type=pathlib.Path)
    parser.add_argument("--since", default="", help="a commit; default: where main was left")
    parser.add_argument("--most", type=int, default=10_000, help="check so many, and say so")
    options = parser.parse_args()
    folder, known = write_commands(ROOT / options.build)
    ours = {file for file in known if "/src/" in file or "/tests/" in file}
    files = sorted(ours if options.all else ours & set(touched(options.since)))
    if len(files) > options.most:
        print(f"clang-tidy: {options.most} of {len(files)} touched files; all: make lint ALL=1")
        files = files[: options.most]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in pool.map(lambda file: check(folder, file), files):
            if done.returncode != 0:
                failed += 1
                print(done.stdout, done.stderr, sep="", end="")
    print(f"clang-tidy: {len(files)} files, {failed} to mend")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
