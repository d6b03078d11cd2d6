#!/usr/bin/env python3
"""What an intake and a start cost when tickets have piled up: bounded, or growing with the store?

  tests/bench/intake/scale.py                                      10 k, 100 k and 1 M tickets
  tests/bench/intake/scale.py --tickets 10000,5000000 --folder F   F needs 2.5 GB a million

A first batch comes in over the hook; then the store's rows are copied under new ids and keys until
there are enough, so what is stored is what the daemon itself wrote. Messages on the queue are not
copied: consumers take them, while tickets stay.
"""

import argparse
import contextlib
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(HERE))

from contestants import Server, compiled, configuration, free_port, started  # noqa: E402
from run import FIRST_ID, SECRET, judged, measure  # noqa: E402

SEED_SECONDS = 1
# table: columns that get the new id beside it; `id` itself always does.
COPIED = {"event": (), "ticket": (), "delivery": ("event", "ticket")}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", default="10000,100000,1000000", help="stored, by comma")
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--binary", default=ROOT / "build/deskwire", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, help="where the store is filled")
    return parser.parse_args()


@contextlib.contextmanager
def daemon(binary, folder):
    """A daemon on the folder's store, and the seconds that it took to be ready."""
    port = free_port()
    began = time.monotonic()
    command = [binary, "serve", "--config", configuration(folder, port, SECRET)]
    with started(command, cwd=folder, stdout=subprocess.PIPE, text=True) as program:
        if " ready on " not in program.stdout.readline():
            raise RuntimeError("deskwire serve ended before it was ready")
        yield Server(program, (port, "/hooks/teams/it")), time.monotonic() - began


def copy_statement(database, table, moved):
    """INSERT … SELECT of the first ?2 rows with ?1 added to their ids."""
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    values = []
    for column in columns:
        if column == "id" or column in moved:
            values.append(f"{column} + ?1")
        elif column == "key":
            values.append("key || '+' || ?1")
        else:
            values.append(column)
    return (f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
            f"FROM {table} WHERE id <= ?2")


def stored(database):
    return database.execute("SELECT max(id) FROM ticket").fetchone()[0]


def fill(file, wanted):
    """Copies rows until `wanted` tickets are stored. Safety is off: the file is thrown away."""
    database = sqlite3.connect(file)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"):
        database.execute(f"PRAGMA {pragma}")
    while (have := stored(database)) < wanted:
        rows = min(have, wanted - have)
        for table, moved in COPIED.items():
            database.execute(copy_statement(database, table, moved), (have, rows))
        database.commit()
    # Words are indexed as the janitor would have done by now.
    indexed = database.execute("SELECT coalesce(max(rowid), 0) FROM ticket_text").fetchone()[0]
    database.execute("INSERT INTO ticket_text (rowid, title, description) "
                     "SELECT id, title, description FROM ticket WHERE id > ?", (indexed,))
    database.commit()
    database.execute("PRAGMA journal_mode = WAL")
    database.close()


def row(options, folder, wanted, first_id):
    fill(folder / "deskwire.db", wanted)
    size = (folder / "deskwire.db").stat().st_size / 2**30
    with daemon(options.binary, folder) as (server, seconds_to_ready):
        before = server.cpu_seconds()
        result = measure(compiled("load"), server.address, options.connections, options.seconds,
                         first_id)
        if problem := judged(result):
            raise RuntimeError(f"at {wanted} tickets: {problem}")
        cost = (server.cpu_seconds() - before) / result["sent"] * 1e6
        print(f"| {wanted:,} | {size:.2f} | {seconds_to_ready * 1000:.0f} | "
              f"{result['per_second']:,.0f} | {result['p50_ms']:.2f} | {result['p99_ms']:.2f} | "
              f"{cost:.0f} | {server.resident_mib():.0f} |", flush=True)
    return first_id + result["sent"]


def main():
    options = parse()
    print("| tickets stored | GiB | ready after ms | requests/s | p50 ms | p99 ms | "
          "CPU µs/request | MiB |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        with daemon(options.binary, folder) as (server, _):
            seed = measure(compiled("load"), server.address, 8, SEED_SECONDS, FIRST_ID)
        first_id = FIRST_ID + seed["sent"]
        for wanted in sorted(int(count) for count in options.tickets.split(",")):
            first_id = row(options, folder, wanted, first_id)
    return 0


if __name__ == "__main__":
    sys.exit(main())
