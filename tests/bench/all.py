#!/usr/bin/env python3
"""Runs every benchmark, one after the other, and prints one table of what came out.

All tables of the single ones are kept in build/bench/NAME.txt; --kept prints the one table from
them and runs nothing. Another argument is the folder of public series for the quality of alerts. A
benchmark that fails leaves its lines out, is named at the end, and makes this exit with 1. Nothing
else should run meanwhile.
"""
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "bench"
PYTHON = "/usr/bin/python3"  # the one that Debian's packages are for
BENCH = "tests/bench"

RUNS = {
    "intake": [[PYTHON, f"{BENCH}/intake/run.py"]],
    "live": [["node", f"{BENCH}/live/run.mjs", "2000", "12"]],
    "backlog": [[PYTHON, f"{BENCH}/intake/backlog.py", "--tickets", "300000"]],
    "reading": [[PYTHON, f"{BENCH}/reading/run.py"]],
    "replicas": [["node", f"{BENCH}/replicas/run.mjs"]],
    "bridge": [["node", f"{BENCH}/bridge/run.mjs"]],
    "sqs": [["node", f"{BENCH}/sqs/run.mjs"]],
    "notices": [[PYTHON, f"{BENCH}/notices/run.py"]],
    "volume": [["build/volume_speed"], [PYTHON, f"{BENCH}/volume/pandas_rule.py"]],
    "backfill": [[PYTHON, f"{BENCH}/volume/backfill.py"]],
    "quality": [["build/volume_quality"] + [one for one in sys.argv[1:] if one != "--kept"]],
}
# pandas_rule.py reads what volume_speed wrote.
FOLDERS = {"volume": ROOT / "build"}


def run(name):
    """What the commands of one benchmark print, or printed."""
    kept = KEPT / f"{name}.txt"
    if "--kept" in sys.argv:
        return kept.read_text(encoding="utf-8")
    out = ""
    for command in RUNS[name]:
        words = [str(ROOT / word) if (ROOT / word).is_file() else word for word in command]
        done = subprocess.run(words, cwd=FOLDERS.get(name, ROOT), stdout=subprocess.PIPE,
                              text=True, check=True)
        out += done.stdout
    KEPT.mkdir(parents=True, exist_ok=True)
    kept.write_text(out, encoding="utf-8")
    return out


def rows(text):
    """Every row of every table as {column: cell}; the first column is also "name"."""
    out, head = [], None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.strip():
            head = None
        elif not line.startswith("|"):
            continue  # what a runner says of itself
        elif head is None:
            head = cells
        elif set("".join(cells)) - set("-: "):
            out.append({"name": cells[0], **dict(zip(head, cells))})
    return out


def number(cell):
    return float(re.search(r"[\d.]+", cell.replace(",", ""))[0])


def pick(text, name, column, **fixed):
    """The number in `column` of the first row that has it and whose name holds `name`."""
    for row in rows(text):
        is_fixed = all(row.get(key) == want for key, want in fixed.items())
        if name in row["name"] and column in row and is_fixed:
            return number(row[column])
    raise KeyError(f"no row {name} with {fixed}")


def line(what, ours, theirs, rival, times, aim):
    """`times`: how often ours is better; None: there is nobody to compare with."""
    ratio = "" if times is None else f"{times:.1f} ×"
    return f"| {what} | {ours} | {theirs} | {rival} | {ratio} | {aim} |"


def of_intake(text):
    at = {"connections": "256"}
    ours = pick(text, "durable", "requests/s", **at)
    for rival, aim in (("Flask", "15 ×"), ("Fastify", ""), ("without its store", "0.6 ×")):
        theirs = pick(text, rival, "requests/s", **at)
        who = "the same server" if "store" in rival else rival
        yield line("intake, 256 connections, requests/s", f"{ours:,.0f}", f"{theirs:,.0f}",
                   f"{who}, storing nothing", ours / theirs, aim)
    late, theirs = (pick(text, who, "p99 ms", **at) for who in ("durable", "Flask"))
    yield line("its 99th percentile, ms", f"{late:.0f}", f"{theirs:.0f}", "Flask", theirs / late,
               "25 ms")
    idle, theirs = (pick(text, who, "idle MiB", **at) for who in ("durable", "Flask"))
    yield line("idle memory, MiB", f"{idle:.0f}", f"{theirs:.0f}", "Flask, two workers",
               theirs / idle, "20 MiB")


def of_live(text):
    for what, column in (("2,000 open boards, memory, MiB", "memory"),
                         ("2,000 open boards, per cent of a core", "of one core")):
        ours, theirs = pick(text, "Deskwire", column), pick(text, "Node", column)
        yield line(what, f"{ours:g}", f"{theirs:g}", "Node with ws", theirs / ours, "")


def of_backlog(text):
    found = rows(text)
    peak = max(number(row["MiB"]) for row in found)
    yield line(f"a backlog of {found[-1]['name']}, piled up and drained, MiB", f"{peak:.0f}", "",
               "", None, "flat")


def of_reading(text):
    at = {"while": "tickets come in"}
    for what, aim in (("search", "100 ms"), ("Now", "50 ms")):
        late = pick(text, what, "p99 ms", **at)
        yield line(f"{what} among a million, 1,000 intakes a second, 99th percentile, ms",
                   f"{late:.0f}", "", "", None, aim)


def of_replicas(text):
    one, three = (pick(text, name, "requests/s") for name in "13")
    yield line("PostgreSQL, one replica, requests/s", f"{one:,.0f}", "", "", None, "4,000")
    yield line("PostgreSQL, three replicas, requests/s", f"{three:,.0f}", f"{one:,.0f}",
               "one replica", three / one, "6,000")


def of_bridge(text):
    ours, theirs = (pick(text, who, "messages/s") for who in ("Deskwire", "bolt"))
    yield line("bridge, messages/s", f"{ours:,.0f}", f"{theirs:,.0f}", "Bolt, in memory",
               ours / theirs, "1 ×")
    ours, theirs = (pick(text, who, "ack p99") for who in ("Deskwire", "bolt"))
    yield line("its acknowledgement, 99th percentile, ms", f"{ours:g}", f"{theirs:g}",
               "Bolt, in memory", theirs / ours, "10 ms")
    ours, theirs = (pick(text, who, "memory") for who in ("Deskwire", "bolt"))
    yield line("10,000 open threads, MB", f"{ours:.0f}", f"{theirs:.0f}", "Bolt", theirs / ours,
               "60 MB")


def of_sqs(text):
    for rival, aim in (("fauxqs, on disk", "5 ×"), ("fauxqs, in memory", "")):
        for clients in ("1", "32"):
            ours, theirs = (pick(text, who, "messages/s", clients=clients)
                            for who in ("Deskwire", rival))
            yield line(f"embedded queue, {clients} clients, messages/s", f"{ours:,.0f}",
                       f"{theirs:,.0f}", rival, ours / theirs, aim)
        ours, theirs = (pick(text, who, "a poll wakes after the send began, p50 ms")
                        for who in ("Deskwire", rival))
        yield line("a long poll wakes, ms", f"{ours:g}", f"{theirs:g}", rival, theirs / ours,
                   "5 ms")


def of_notices(text):
    column = next(key for key in rows(text)[0] if key.startswith("seconds"))
    theirs = pick(text, "pandas", column)
    for what, aim in (("preview", "10 ×"), ("plan", "4 ×")):
        ours = pick(text, what, column)
        yield line(f"notices {what}, a million rows, s", f"{ours:g}", f"{theirs:g}", "pandas",
                   theirs / ours, aim)


def of_volume(text):
    found = {}
    pattern = r"(\w+[\w, ]*): ten years ([\d.]+) ms, .* ([\d.]+) ms"
    for who, years, many in re.findall(pattern, text):
        found[who] = float(years), float(many)
    pandas, ours = found["pandas, mean"], found["mean"]
    for what, i, aim in (("ten years of hours", 0, "20 ×"),
                         ("1,000 series of half a year", 1, "100 ×")):
        yield line(f"simple rule, {what}, ms", f"{ours[i]:g}", f"{pandas[i]:g}", "pandas",
                   pandas[i] / ours[i], aim)
    yield line("seasonal rule, ten years of hours, ms", f"{found['seasonal'][0]:.0f}", "", "", None,
               "1,000 ms")


def of_backfill(text):
    only = rows(text)[0]
    yield line(f"backfill of {only['name']} tickets, requests", only["requests"],
               only["an hour each instead"], "a count for each hour", None, "")
    yield line("its processor time, s; memory, MiB", f"{only['CPU s']}; {only['peak MiB']}", "", "",
               None, "")


def of_quality(text):
    parts = [part for part in re.split(r"\n(?=Simulated|Public|## )", text)]
    simulated = "Simulated, spikes of 3 times the expected in hours that expect "
    name = "spikes of 3 × in hours of {} or more, F1"
    for start, what, aim in ((simulated + "20", name.format(20), "0.95"),
                             (simulated + "5", name.format(5), "0.95"),
                             ("Public: all", "public series, F1", "ahead")):
        part = next((part for part in parts if part.strip().startswith(start)), None)
        if part is None:
            continue
        ours = pick(part, "seasonal", "F1")
        others = {row["name"]: number(row["F1"]) for row in rows(part)
                  if "seasonal" not in row["name"]}
        best = max(others, key=others.get)
        yield line(what, f"{ours:.2f}", f"{others[best]:.2f}", best, None, aim)


LINES = {name: globals()[f"of_{name}"] for name in RUNS}


def main():
    table, broken = [], []
    for name, lines in LINES.items():
        began = time.monotonic()
        try:
            table += list(lines(run(name)))  # all of its lines or none
        except (subprocess.CalledProcessError, OSError, LookupError, StopIteration, TypeError,
                ValueError) as problem:
            broken.append(f"{name}: {problem!r}")
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print("| what | Deskwire | beside it | which is | better by | aim |\n|---|--:|--:|---|--:|--:|")
    print("\n".join(table))
    for problem in broken:
        print(f"failed: {problem}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
