#!/usr/bin/env python3
"""How long `GET /v1/tickets/ID/similar` takes when tickets have piled up.

  tests/bench/similar/run.py                                       10 k, 100 k and 1 M tickets
  tests/bench/similar/run.py --tickets 1000000 --store postgresql://me@/desk?host=/tmp/cluster

The tickets are of made-up words: a word is the rarer, the later it stands in a list of 30,000
(Zipf's law), so that each text has words that every third ticket has, and some that few have. The
newest hundred tickets are asked about, each three times; the fastest of three counts, since other
work on the machine is no part of it. Processor time is the daemon's and PostgreSQL's together. The
store of --store must be empty.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/bench/intake"))

from contestants import free_port, started  # noqa: E402

ASKED, TIMES = 100, 3
WORDS, TITLE, TEXT = 30_000, 5, 25
NOW = int(time.time() * 1000)
COLUMNS = ("id", "title", "description", "priority", "status", "requester_name", "requester_email",
           "requester_id", "assignee", "tags", "source", "desk", "external_id", "external_url",
           "queue", "opened_at", "updated_at")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", default="10000,100000,1000000", help="stored, by comma")
    parser.add_argument("--store", help="a PostgreSQL URL; SQLite without it")
    parser.add_argument("--binary", default=ROOT / "build/deskwire", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, help="where the store is filled")
    return parser.parse_args()


def text(chance, words):
    return " ".join(f"w{int(WORDS ** chance.random())}x" for _ in range(words))


def tickets(first, last):
    for number in range(first, last):
        chance = random.Random(number)
        yield (number, text(chance, TITLE), text(chance, TEXT), 1, 2, f"Person {number % 5000}",
               f"p{number % 5000}@x.example", "", "", "[]", "api", "embedded", "", "", "medium",
               NOW - 1000 * (10_000_000 - number), NOW - 1000 * (10_000_000 - number))


def fill_sqlite(file, have, wanted):
    """Safety is off: the file is thrown away. Words are indexed as the janitor does it."""
    database = sqlite3.connect(file)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"):
        database.execute(f"PRAGMA {pragma}")
    database.executemany(f"INSERT INTO ticket ({', '.join(COLUMNS)}) "
                         f"VALUES ({', '.join('?' * len(COLUMNS))})", tickets(have + 1, wanted + 1))
    database.execute("INSERT INTO ticket_text (rowid, title, description, people, tags) SELECT id, "
                     "title, description, requester_name || ' ' || requester_email || ' ' || "
                     "assignee, tags FROM ticket WHERE id > ?", (have,))
    database.commit()
    database.execute("PRAGMA journal_mode = WAL")
    database.close()


def fill_postgresql(url, have, wanted):
    command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", url]
    copy = f"COPY ticket ({', '.join(COLUMNS)}) FROM STDIN"
    with subprocess.Popen([*command, "-c", copy], stdin=subprocess.PIPE, text=True) as program:
        for row in tickets(have + 1, wanted + 1):
            program.stdin.write("\t".join(map(str, row)) + "\n")
        program.stdin.close()
    subprocess.run([*command, "-c", "VACUUM ANALYZE ticket"], check=True)


def servers(url):
    """The ids of PostgreSQL sessions that serve the daemon."""
    if not url:
        return []
    query = ("SELECT pid FROM pg_stat_activity "
             "WHERE datname = current_database() AND pid <> pg_backend_pid()")
    told = subprocess.run(["psql", "-X", "-A", "-t", "-c", query, url], check=True, text=True,
                          stdout=subprocess.PIPE)
    return [int(line) for line in told.stdout.split()]


def cpu_ms(served_by):
    ticks = 0
    for one in served_by:
        fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def ask(port, number):
    began = time.perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/tickets/{number}/similar") as answer:
        found = len(json.load(answer)["items"])
    return (time.perf_counter() - began) * 1000, found


@contextlib.contextmanager
def daemon(options, file):
    """A daemon on the store: its port and its process."""
    port = free_port()
    url = options.store or f"sqlite:{file}"
    settings = file.parent / "deskwire.toml"
    settings.write_text(f'[server]\nlisten = "127.0.0.1:{port}"\n[store]\nurl = "{url}"\n'
                        'retention = "0d"\n[log]\nlevel = "warn"\n')
    command = [options.binary, "serve", "--config", settings]
    with started(command, cwd=file.parent, stdout=subprocess.PIPE, text=True) as program:
        if " ready on " not in program.stdout.readline():
            raise RuntimeError("deskwire serve ended before it was ready")
        yield port, program.pid


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
            if options.store:
                fill_postgresql(options.store, have, wanted)
            else:
                fill_sqlite(file, have, wanted)
            have = wanted
            times, found, cost = measure(options, file, wanted)
            print(f"| {wanted:,} | {times[len(times) // 2]:.1f} | {times[-2]:.1f} | {cost:.1f} | "
                  f"{found} % |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
