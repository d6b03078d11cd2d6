#!/usr/bin/env python3
"""A new job and a new connector are their folders and two shared lines each.

Copies the tree, lays the templates into it, adds an include and an entry of app/parts.cc for each,
builds what their cases need, and runs those. Whatever else a template needed would be a third line.
"""

import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TEMPLATE = ROOT / "tests/house/template"
COPY = ROOT / "build/two-lines"
# Where each part of the templates lies in the tree.
PLACES = {
    "job": "src/jobs/greeting",
    "connector": "src/connectors/postcard",
    "fake": "src/fakes",
    "contract": "tests/contract",
}
PARTS = "src/app/parts.cc"
LINES = {
    '#include "jobs/assignment/module.h"\n': '#include "jobs/greeting/module.h"\n',
    "      desk_module(), assignment_module(), storm_module(), tally_module(), watch_module(),\n":
        "      greeting_module(),\n",
    '#include "connectors/shadow/module.h"\n': '#include "connectors/postcard/module.h"\n',
    "      shadow_module(),\n": "      postcard_module(),\n",
}
# The templates' files, which are compiled by themselves: what else the tree has is in the cache.
APART = "greeting|postcard"
# Each with what it must have run.
PROGRAMS = {
    "cases": "*greeting*",
    "test_jobs": "greeting.*",
    "contract_target": "postcard.*",
}


def write(path, content):
    """Leaves a file alone that is as it should be: it would be compiled again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != content:
        path.write_bytes(content)


def copy(source, target):
    """With its mode and time: a lock file that were younger would be installed again."""
    write(target, source.read_bytes())
    shutil.copystat(source, target)


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def copy_tree():
    """The tree as it is; what was copied before and is gone goes."""
    wanted = {name for name in tracked() if not name.startswith(("docs/", "board/", "tests/e2e/"))}
    for old in COPY.glob("src/**/*"):
        if old.is_file() and str(old.relative_to(COPY)) not in wanted:
            old.unlink()
    for name in sorted(wanted):
        if name != PARTS:
            copy(ROOT / name, COPY / name)
    packages = COPY / "tools/emoji/node_modules"
    if not packages.exists() and (ROOT / "tools/emoji/node_modules").is_dir():
        packages.symlink_to(ROOT / "tools/emoji/node_modules")


def lay_templates():
    numbers = [int(path.name[:4]) for path in (ROOT / "src").rglob("migrations/*.sql")]
    for folder, place in PLACES.items():
        following = max(numbers) + 1
        for path in sorted((TEMPLATE / folder).rglob("*")):
            if path.is_file():
                name = str(path.relative_to(TEMPLATE / folder))
                name = name.replace("NEXT_", f"{following:04d}_")
                write(COPY / place / name, path.read_bytes())
                if "migrations/" in name:
                    numbers.append(following)


def add_lines():
    text = (ROOT / PARTS).read_text(encoding="utf-8")
    for before, line in LINES.items():
        assert text.count(before) == 1, f"{PARTS} has no line {before!r}"
        text = text.replace(before, before + line)
    write(COPY / PARTS, text.encode())


def main():
    copy_tree()
    lay_templates()
    add_lines()
    subprocess.run([COPY / "tools/build.sh", "build", f"-DDW_UNITY_APART={APART}", "--", *PROGRAMS],
                   check=True)
    for program, tests in PROGRAMS.items():
        run = subprocess.run([COPY / "build" / program, f"--gtest_filter={tests}"],
                             check=False, capture_output=True, text=True)
        print(run.stdout, end="")
        if run.returncode != 0 or "[  PASSED  ] 0 tests" in run.stdout:
            sys.exit(f"{program} did not run the template's cases")


if __name__ == "__main__":
    main()
