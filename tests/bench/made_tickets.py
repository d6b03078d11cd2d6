"""A store full of made-up tickets, and the daemon on it, for the benchmarks of reading.

A word of a ticket is the rarer, the later it stands in a list of 30,000 (Zipf's law), so that each
text has words that every third ticket has, and some that few have.
"""

import contextlib
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/bench/intake"))

from contestants import free_port, started  # noqa: E402

WORDS, TITLE, TEXT = 30_000, 5, 25
NOW = int(time.time() * 1000)
COLUMNS = ("id", "title", "description", "priority", "status", "requester_name", "requester_email",
           "requester_id", "assignee", "tags", "source", "desk", "external_id", "external_url",
           "queue", "opened_at", "updated_at")
OPEN, SOLVED = 0, 2  # how a ticket's status is stored
OPEN_EACH = 100  # one ticket of so many is open


def text(chance, words):
    return " ".join(f"w{int(WORDS ** chance.random())}x" for _ in range(words))


def tickets(first, last):
    for number in range(first, last):
        chance = random.Random(number)
        status = OPEN if number % OPEN_EACH == 0 else SOLVED
        at = NOW - 1000 * (10_000_000 - number)
        yield (number, text(chance, TITLE), text(chance, TEXT), 1, status,
               f"Person {number % 5000}", f"p{number % 5000}@x.example", "", "", "[]", "api",
               "embedded", "", "", "medium", at, at)


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
    numbered = "SELECT setval(pg_get_serial_sequence('ticket', 'id'), max(id)) FROM ticket"
    subprocess.run([*command, "-c", numbered, "-c", "VACUUM ANALYZE ticket"], check=True,
                   stdout=subprocess.DEVNULL)


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


@contextlib.contextmanager
def daemon(options, file, sections=""):
    """A daemon on the store: its port and its process."""
    port = free_port()
    url = options.store or f"sqlite:{file}"
    settings = file.parent / "deskwire.toml"
    settings.write_text(f'[server]\nlisten = "127.0.0.1:{port}"\n[store]\nurl = "{url}"\n'
                        f'retention = "0d"\n[log]\nlevel = "warn"\n{sections}')
    command = [options.binary, "serve", "--config", settings]
    with started(command, cwd=file.parent, stdout=subprocess.PIPE, text=True) as program:
        if " ready on " not in program.stdout.readline():
            raise RuntimeError("deskwire serve ended before it was ready")
        yield port, program.pid


def fill(options, file, have, wanted):
    if options.store:
        fill_postgresql(options.store, have, wanted)
    else:
        fill_sqlite(file, have, wanted)
