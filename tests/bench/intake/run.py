#!/usr/bin/env python3
"""Intake against its rivals, as a Markdown table: requests per second, latency, memory.

  tests/bench/intake/run.py                      the whole benchmark, some minutes
  tests/bench/intake/run.py --quick              0.3 s each, as a test that it still runs
  tests/bench/intake/run.py --only deskwire,flask --connections 32 --seconds 10

Method, machine and figures of the last quiet run: docs/benchmarks.md.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(HERE))

from contestants import CONTESTANTS, Missing, compiled, running  # noqa: E402

SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
FIRST_ID = 1_700_000_000_000
# More than any contestant answers on two cores; each request is signed before the clock starts.
REQUESTS_PER_SECOND_MAX = 60_000


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement")
    parser.add_argument("--connections", default="1,32,256")
    parser.add_argument("--only", default=",".join(CONTESTANTS), help="contestants, by comma")
    parser.add_argument("--binary", default=ROOT / "build/deskwire", type=pathlib.Path)
    parser.add_argument("--bound", default=ROOT / "build/bench_intake_bound", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="0.3 seconds, 1 and 8 connections")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.connections = 0.3, "1,8"
    return options


def measure(load, address, connections, seconds, first_id, per_second=0):
    """`per_second`: the pace; 0: as many as are answered."""
    port, path = address
    most = int((per_second or REQUESTS_PER_SECOND_MAX) * (seconds * 1.2 + 1))
    words = [load, port, path, SECRET, connections, seconds, first_id, most, per_second]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=seconds * 3 + 120, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"load ended with {done.returncode}")
    return json.loads(done.stdout)


def judged(result):
    """Why a measurement does not count, or nothing."""
    if result["refused"]:
        return f"{result['refused']} refused: {result['first_refusal']}"
    if result["broken"]:
        return f"{result['broken']} connections broke"
    if result["has_run_out"]:
        return "ran out of signed requests"
    if result["answered"] == 0:
        return "no answer in time"
    return ""


def contest(name, options, folder):
    """All measurements of one contestant on one fresh start: rows, and what went wrong."""
    rows, wrong = [], []
    load = compiled("load")
    with running(name, options, SECRET, folder) as server:
        idle = server.resident_mib()
        first_id = FIRST_ID
        for connections in map(int, options.connections.split(",")):
            before = server.cpu_seconds()
            result = measure(load, server.address, connections, options.seconds, first_id)
            first_id += result["sent"]
            if problem := judged(result):
                wrong.append(f"{name} at {connections} connections: {problem}")
            rows.append((name, connections, result, idle, server.resident_mib(),
                         server.cpu_seconds() - before))
    return rows, wrong


def table(rows):
    yield "| contestant | connections | requests/s | p50 ms | p99 ms | CPU µs/request | " \
          "idle MiB | after MiB |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for name, connections, result, idle, after, cpu in rows:
        cost = cpu / max(1, result["sent"]) * 1e6
        yield (f"| {CONTESTANTS[name]} | {connections} | {result['per_second']:,.0f} | "
               f"{result['p50_ms']:.2f} | {result['p99_ms']:.2f} | {cost:.0f} | {idle:.0f} | "
               f"{after:.0f} |")


def main():
    options = parse()
    rows, wrong = [], []
    for name in options.only.split(","):
        try:
            with tempfile.TemporaryDirectory() as folder:
                its_rows, its_wrong = contest(name, options, pathlib.Path(folder))
        except Missing as missing:
            wrong.append(f"{name} does not take part: {missing}")
            continue
        rows += its_rows
        wrong += its_wrong
    print("\n".join(table(rows)))
    for problem in wrong:
        print(problem, file=sys.stderr)
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
