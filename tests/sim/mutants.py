#!/usr/bin/env python3
"""Breaks the engine on purpose, one defect at a time, and sees that the simulator notices.

  tests/sim/mutants.py [NAME...]     all, or those whose name contains a NAME; code 1 if one lives

Each defect is one replaced text in a copy of the tree (build/mutants), built with the compiler
cache and run until it breaks a promise or DW_SIM_SECONDS (60) are over. A text that is no longer
there is a failure too: then the defect must be written anew for the code as it is now.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutants"
COPIED = ("src", "tests", "cmake", "tools", "CMakeLists.txt")
OUTBOX, INBOX = "src/engine/outbox.cc", "src/engine/inbox.cc"
LANES, SQL = "src/store/lane_rows.cc", "src/store/sql/delivery.sql"

# name, file, what is there, what a careless person would write. What needs an instant too rare for
# a minute of runs has a test of its own: contract/engine_test.cc, a lane is held from each take.
MUTANTS = (
    ("finishes before it performs", OUTBOX,
     "  std::vector<Outcome> outcomes = co_await perform(lane);\n",
     "  Lane sent = lane;\n"
     "  std::vector<Outcome> early(lane.batch.size());\n"
     "  const bool is_held = co_await conclude(lane, std::move(early));\n"
     "  std::vector<Outcome> outcomes = co_await perform(sent);\n"
     "  if (!outcomes.empty()) co_return is_held;\n"),
    ("forgets the fence", SQL,
     "WHERE name = $1 AND generation = $2 RETURNING held_until",
     "WHERE name = $1 AND $2 = $2 RETURNING held_until"),
    ("generations begin anew with a lane's row", SQL,
     "VALUES ($1, $2, abs(random() % 4611686018427387904))", "VALUES ($1, $2, 0)"),
    ("claims what another holds", SQL,
     "WHERE due_at <= $1 AND held_until < $1 AND holder <> $3\nORDER BY due_at LIMIT $2;",
     "WHERE due_at <= $1 AND holder <> $3\nORDER BY due_at LIMIT $2;"),
    ("takes from itself when the clock jumps", SQL,
     "WHERE due_at <= $1 AND held_until < $1 AND holder <> $3\nORDER BY due_at LIMIT $2;",
     "WHERE due_at <= $1 AND held_until < $1 AND $3 = $3\nORDER BY due_at LIMIT $2;"),
    ("writes down no doubt", SQL,
     "UPDATE delivery SET in_doubt = 1, attempts", "UPDATE delivery SET in_doubt = 0, attempts"),
    ("sends what is in doubt without asking", OUTBOX,
     "if (lane.batch.front().is_in_doubt) {", "if (lane.batch.front().attempts < 0) {"),
    ("does not look at its lease before it sends", OUTBOX,
     "return clock_.monotonic() + settings_.timeout + clocks_apart_max < lane.held_until;",
     "return lane.claim.generation >= 0;"),
    ("loses answers", OUTBOX,
     "if (is_end) DW_CHECK(inbox_.take_answer(journal, lane.batch[i], outcomes[i]));",
     "if (is_end && outcomes[i].kind == Outcome::Kind::refused) "
     "DW_CHECK(inbox_.take_answer(journal, lane.batch[i], outcomes[i]));"),
    ("plans a repeat again", INBOX,
     "  if (!recorded.is_first) {\n    return Accepted{",
     "  if (event.key.empty()) {\n    return Accepted{"),
    ("says success when the store could not commit", INBOX,
     "    co_return written.error();\n", "    co_return accepted;\n"),
    ("never gives a lane back", LANES,
     "DW_CHECK(db_.send(stmt::release_lane, {claim.lane, due}));", "if (due) return {};"),
    ("sends the youngest first", SQL,
     "ORDER BY id LIMIT $2;\n\n-- name: begin_try",
     "ORDER BY id DESC LIMIT $2;\n\n-- name: begin_try"),
    ("forgets when a lane is due", LANES,
     "    due = head.front().next_attempt_at.value_or(now);\n",
     "    if (!head.front().next_attempt_at) due = now;\n"),
    ("keeps the doubt that a person has decided", SQL,
     "in_doubt = CASE WHEN state = 1 THEN 0 ELSE in_doubt END", "in_doubt = in_doubt"),
    ("works on any number of lanes", OUTBOX,
     "const size_t room = settings_.lanes_max - lanes_in_work_;",
     "const size_t room = settings_.lanes_max;"),
    ("goes on behind a delivery that waits", LANES,
     "    if (!is_due) break;\n", "    if (!is_due) continue;\n"),
)


def prepare():
    COPY.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        source, target = ROOT / name, COPY / name
        if source.is_dir():
            # Files that did not change keep their time, so that little is built again.
            shutil.copytree(source, target, dirs_exist_ok=True, copy_function=copy_if_other)
        else:
            copy_if_other(source, target)


def copy_if_other(source, target):
    target = pathlib.Path(target)
    if not target.exists() or target.read_bytes() != pathlib.Path(source).read_bytes():
        shutil.copyfile(source, target)
    return target


def build():
    environment = {**os.environ, "CCACHE_BASEDIR": str(COPY)}
    steps = (["cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DDW_BOARD=OFF"],
             ["ninja", "-C", "build", "-j", os.environ.get("DESKWIRE_BUILD_JOBS", "2"), "sim"])
    for step in steps:
        done = subprocess.run(step, cwd=COPY, env=environment, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            print(done.stdout[-3000:], done.stderr[-1000:])
            return False
    return True


def verdict():
    """The promise that was broken, or None if the simulator noticed nothing."""
    environment = {**os.environ, "DW_SIM_SECONDS": os.environ.get("DW_SIM_SECONDS", "60")}
    run = subprocess.run(["build/sim", "--gtest_filter=*hostile*"], cwd=COPY, env=environment,
                         capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return None
    runs = len(re.findall(r"^seed \d+:", run.stdout, re.M))
    broken = re.search(r"BROKEN (.*)", run.stdout)
    what = broken.group(1)[:110] if broken else f"the program ended with {run.returncode}"
    return f"run {runs}: {what}"


def main(wanted):
    prepare()
    living = []
    for name, file, there, careless in MUTANTS:
        if wanted and not any(word in name for word in wanted):
            continue
        path = COPY / file
        text = path.read_text()
        if there not in text:
            print(f"GONE   {name}: {file} has other words now; write it anew")
            living.append(name)
            continue
        path.write_text(text.replace(there, careless))
        found = verdict() if build() else "is not built"
        path.write_text(text)
        if found is None or found == "is not built":
            living.append(name)
        print(f"{'LIVES ' if name in living else 'caught'} {name}: {found}", flush=True)
    print(f"{len(living)} defects were not noticed")
    return 1 if living else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
