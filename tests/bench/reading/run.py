#!/usr/bin/env python3
"""How long a search and the board's Now take while tickets come in, when tickets have piled up.

  tests/bench/reading/run.py                        a million tickets, 1,000 new ones a second
  tests/bench/reading/run.py --tickets 100000 --intakes 500
  tests/bench/reading/run.py --store postgresql://me@/desk?host=/tmp/cluster

First nothing comes in, then new tickets do, over the hook and at their pace. A person who looks
something up is one connection that asks, reads the answer and thinks for a while. Words are drawn
as texts draw theirs, so that common ones are asked for more often; a search is one word, two words
or the beginning of one in turn. The store of --store must be empty.
"""

import argparse
import concurrent.futures
import http.client
import pathlib
import random
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/bench"))
sys.path.insert(0, str(ROOT / "tests/bench/intake"))

from contestants import compiled  # noqa: E402
from made_tickets import daemon, fill, text  # noqa: E402
from run import FIRST_ID, SECRET, judged, measure  # noqa: E402

CONNECTIONS = 32  # of the load
THINK_SECONDS = 0.02


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", default=1_000_000, type=int, help="stored")
    parser.add_argument("--intakes", default=1000, type=int, help="new tickets a second")
    parser.add_argument("--seconds", default=15, type=float, help="of each measurement")
    parser.add_argument("--store", help="a PostgreSQL URL; SQLite without it")
    parser.add_argument("--binary", default=ROOT / "build/deskwire", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, help="where the store is filled")
    return parser.parse_args()


def searches():
    chance = random.Random(7)
    while True:
        yield f"/v1/tickets?q={text(chance, 1)}"
        yield f"/v1/tickets?q={text(chance, 2).replace(' ', '+')}"
        yield f"/v1/tickets?q={text(chance, 1)[:3]}"


def now():
    while True:
        yield "/v1/now"


READS = {"search": searches, "Now": now}


def ask(port, paths, seconds):
    """How long each answer took, in ms."""
    times = []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        path = next(paths)
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]}")
        time.sleep(THINK_SECONDS)
    return sorted(times)


def ask_beside_intakes(options, port, paths, first_id):
    """The times of ask(), and what came in meanwhile."""
    with concurrent.futures.ThreadPoolExecutor() as beside:
        coming = beside.submit(measure, compiled("load"), (port, "/hooks/teams/it"), CONNECTIONS,
                               options.seconds + 2, first_id, options.intakes)
        time.sleep(1)
        times = ask(port, paths, options.seconds)
        result = coming.result()
    if problem := judged(result):
        raise RuntimeError(problem)
    return times, result


def row(what, beside, times, result):
    at = [times[int(share * (len(times) - 1))] for share in (0.5, 0.99, 1)]
    came = [f"{result['per_second']:,.0f}", f"{result['p50_ms']:.1f}",
            f"{result['p99_ms']:.1f}"] if result else ["", "", ""]
    cells = [what, beside, *(f"{one:.1f}" for one in at), str(len(times)), *came]
    print(f"| {' | '.join(cells)} |", flush=True)


def main():
    options = parse()
    print("| read | while | p50 ms | p99 ms | most ms | reads | intakes/s | their p50 ms | "
          "their p99 ms |\n|---|---|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        file = pathlib.Path(name) / "deskwire.db"
        with daemon(options, file):
            pass  # makes the tables
        fill(options, file, 0, options.tickets)
        with daemon(options, file, f'[teams.it]\nsecret = "{SECRET}"\n') as (port, _):
            first_id = FIRST_ID
            for what, paths in READS.items():
                row(what, "nothing comes in", ask(port, paths(), options.seconds), {})
                times, result = ask_beside_intakes(options, port, paths(), first_id)
                first_id += result["sent"]
                row(what, "tickets come in", times, result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
