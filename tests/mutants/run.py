#!/usr/bin/env python3
"""Breaks the program on purpose, one defect at a time, and sees that a test notices.

  tests/mutants/run.py [NAME...]     all, or those whose name contains a NAME; code 1 if one lives

Each defect (engine.py, promises.py, bridge.py, bounds.py, order.py, storm.py, web.py) is one
replaced text in a copy of the tree (build/mutants), built with the compiler cache and run: in the
simulator until it breaks a promise or DW_SIM_SECONDS (60) are over, in the program of units or
contracts that the defect names, or as the whole daemon in a test of tests/e2e ("e2e
NAME.test.mjs"). A text that is no longer there is a failure too: then the defect must be written
anew for the code as it is now.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import bounds
import bridge
import engine
import order
import promises
import storm
import web

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutants"
COPIED = ("src", "tests", "cmake", "tools", "packaging", "LICENSE", "CMakeLists.txt")
SIMULATOR = "sim"
# The same program, over PostgreSQL alone.
OVER_POSTGRESQL = "sim over postgresql"
RUN_SECONDS_MAX = 300
# The daemon, in one test of tests/e2e.
END_TO_END = "e2e"
# What each program is asked to run; all of it if it is not here.
FILTERS = {SIMULATOR: "--gtest_filter=*hostile_world",
           OVER_POSTGRESQL: "--gtest_filter=*hostile_world_on_postgresql"}


def prepare():
    COPY.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        source, target = ROOT / name, COPY / name
        if source.is_dir():
            # Files that did not change keep their time, so that little is built again.
            shutil.copytree(source, target, dirs_exist_ok=True, copy_function=copy_if_other,
                            ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
        else:
            copy_if_other(source, target)


def copy_if_other(source, target):
    target = pathlib.Path(target)
    if not target.exists() or target.read_bytes() != pathlib.Path(source).read_bytes():
        shutil.copy(source, target)  # with its mode: tools are run
    return target


def is_end_to_end(program):
    return program.split()[0] == END_TO_END


def build(program):
    environment = {**os.environ, "CCACHE_BASEDIR": str(COPY)}
    steps = (["cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DDW_BOARD=OFF",
              "-DDW_WERROR=OFF"],
             ["ninja", "-C", "build", "-j", os.environ.get("DESKWIRE_BUILD_JOBS", "2"),
              "deskwire" if is_end_to_end(program) else program.split()[0]])
    for step in steps:
        done = subprocess.run(step, cwd=COPY, env=environment, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            print(done.stdout[-3000:], done.stderr[-1000:])
            return False
    return True


def end_to_end_verdict(test):
    """The same of the daemon in a test of tests/e2e."""
    folder = ROOT / "tests" / "e2e"
    subprocess.run([ROOT / "tools" / "npm_packages.sh", "tests/e2e"], check=True,
                   capture_output=True)
    environment = {**os.environ, "DESKWIRE_BINARY": str(COPY / "build" / "deskwire")}
    try:
        run = subprocess.run(["node", "--test", "--test-reporter=tap", test], cwd=folder,
                             env=environment, capture_output=True, text=True, check=False,
                             errors="replace", timeout=RUN_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return f"{test} does not come to its end"
    if run.returncode == 0:
        return None
    failed = re.search(r"^not ok \d+ - (.*)", run.stdout, re.M)
    return f"{test}: {failed.group(1) if failed else f'ended with {run.returncode}'}"


def verdict(program):
    """What was noticed, or None if nothing was."""
    if is_end_to_end(program):
        return end_to_end_verdict(program.split()[1])
    environment = {**os.environ, "DW_SIM_SECONDS": os.environ.get("DW_SIM_SECONDS", "60")}
    wanted = ["--gtest_fail_fast", *([FILTERS[program]] if program in FILTERS else [])]
    try:
        run = subprocess.run([f"build/{program.split()[0]}", *wanted], cwd=COPY, env=environment,
                             capture_output=True, text=True, check=False, errors="replace",
                             timeout=RUN_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return f"{program} does not come to its end"
    if run.returncode == 0:
        return None
    if program in (SIMULATOR, OVER_POSTGRESQL):
        runs = len(re.findall(r"^seed \d+:", run.stdout, re.M))
        broken = re.search(r"BROKEN (.*)", run.stdout)
        what = broken.group(1)[:110] if broken else f"the program ended with {run.returncode}"
        return f"run {runs}: {what}"
    failed = re.findall(r"^\[  FAILED  \] ([^ ,]+)", run.stdout, re.M)
    return f"{program}: {failed[0] if failed else f'ended with {run.returncode}'}"


def main(wanted):
    prepare()
    living = []
    defects = [(*defect, SIMULATOR) for defect in engine.DEFECTS]
    defects += [*promises.DEFECTS, *bridge.DEFECTS, *bounds.DEFECTS, *order.DEFECTS,
                *storm.DEFECTS, *web.DEFECTS]
    for name, file, there, careless, program in defects:
        if wanted and not any(word in name for word in wanted):
            continue
        path = COPY / file
        text = path.read_text()
        if there not in text:
            print(f"GONE   {name}: {file} has other words now; write it anew")
            living.append(name)
            continue
        path.write_text(text.replace(there, careless))
        found = verdict(program) if build(program) else "is not built"
        path.write_text(text)
        if found is None or found == "is not built":
            living.append(name)
        print(f"{'LIVES ' if name in living else 'caught'} {name}: {found}", flush=True)
    print(f"{len(living)} defects were not noticed")
    return 1 if living else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
