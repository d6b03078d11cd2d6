#!/usr/bin/env python3
"""How long `GET /v1/tickets/ID/similar` takes when tickets have piled up.

  tests/bench/similar/run.py                                       10 k, 100 k and 1 M tickets
  tests/bench/similar/run.py --tickets 1000000 --store postgresql://me@/desk?host=/tmp/cluster

The newest hundred made-up tickets are asked about, each three times; the fastest of three counts,
since other work on the machine is no part of it. Processor time is the daemon's and PostgreSQL's
together. The store of --store must be empty.
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/bench"))

from made_tickets import cpu_ms, daemon, fill, servers  # noqa: E402

ASKED, TIMES = 100, 3


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", default="10000,100000,1000000", help="stored, by comma")
    parser.add_argument("--store", help="a PostgreSQL URL; SQLite without it")
    parser.add_argument("--binary", default=ROOT / "build/deskwire", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, help="where the store is filled")
    return parser.parse_args()


def ask(port, number):
    began = time.perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/tickets/{number}/similar") as answer:
        found = len(json.load(answer)["items"])
    return (time.perf_counter() - began) * 1000, found


def measure(options, file, wanted):
    with daemon(options, file) as (port, pid):
        times, found = [], 0
        ask(port, wanted)
        served_by = [pid, *servers(options.store)]
        before = cpu_ms(served_by)
        for number in range(wanted - ASKED + 1, wanted + 1):
            tries = [ask(port, number) for _ in range(TIMES)]
            times.append(min(one for one, _ in tries))
            found += tries[0][1] > 0
        cost = (cpu_ms(served_by) - before) / ASKED / TIMES
    return sorted(times), found, cost


def main():
    options = parse()
    print("| tickets stored | p50 ms | p99 ms | CPU ms/request | with a similar one |")
    print("|--:|--:|--:|--:|--:|")
    have = 0
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        file = pathlib.Path(name) / "deskwire.db"
        with daemon(options, file):
            pass  # makes the tables
        for wanted in sorted(int(count) for count in options.tickets.split(",")):
            fill(options, file, have, wanted)
            have = wanted
            times, found, cost = measure(options, file, wanted)
            print(f"| {wanted:,} | {times[len(times) // 2]:.1f} | {times[-2]:.1f} | {cost:.1f} | "
                  f"{found} % |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
