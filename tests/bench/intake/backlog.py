#!/usr/bin/env python3
"""Memory while tickets pile up in front of a queue that is away, and while they drain.

  tests/bench/intake/backlog.py                       200,000 tickets
  tests/bench/intake/backlog.py --tickets 1000000     needs 3 GB

The queues are those of a second Deskwire, which speaks SQS; it is started when enough waits.
"""

import argparse
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(HERE))

from contestants import Server, compiled, configuration, free_port, started  # noqa: E402
from run import FIRST_ID, SECRET, judged, measure  # noqa: E402

ROUND_SECONDS = 5
LOOK_SECONDS = 5
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=200_000)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--binary", default=ROOT / "build/deskwire", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, help="where the stores are")
    return parser.parse_args()


@contextlib.contextmanager
def daemon(binary, folder, port, more=""):
    folder.mkdir()
    file = configuration(folder, port, SECRET)
    file.write_text(file.read_text() + more)
    command = [binary, "serve", "--config", file]
    with started(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=KEYS) as program:
        if " ready on " not in program.stdout.readline():
            raise RuntimeError("deskwire serve ended before it was ready")
        yield Server(program, (port, "/hooks/teams/it"))


def depths(port):
    """Messages in the queues, by name."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/queues") as answer:
        return sum(one["depth"] or 0 for one in json.load(answer)["items"])


def main():
    options = parse()
    away = free_port()
    queues = "".join(
        f'[[queue]]\nname = "{name}"\nregion = "eu-west-1"\n'
        f'url = "http://127.0.0.1:{away}/sqs/{name}"\nendpoint = "http://127.0.0.1:{away}/sqs"\n'
        for name in ("high", "medium", "low"))
    print("| waiting | seconds | MiB |\n|--:|--:|--:|")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        with daemon(options.binary, folder / "sender", free_port(), queues) as sender:
            began, sent = time.monotonic(), 0
            while sent < options.tickets:
                result = measure(compiled("load"), sender.address, options.connections,
                                 ROUND_SECONDS, FIRST_ID + sent)
                if problem := judged(result):
                    raise RuntimeError(f"with {sent} waiting: {problem}")
                sent += result["sent"]
                print(f"| {sent:,} | {time.monotonic() - began:.0f} | "
                      f"{sender.resident_mib():.0f} |", flush=True)
            print("\n| arrived | seconds | MiB |\n|--:|--:|--:|")
            began, there = time.monotonic(), 0
            with daemon(options.binary, folder / "receiver", away) as receiver:
                while there < sent:
                    time.sleep(LOOK_SECONDS)
                    there = depths(receiver.address[0])
                    print(f"| {there:,} | {time.monotonic() - began:.0f} | "
                          f"{sender.resident_mib():.0f} |", flush=True)
                if there != sent:
                    raise RuntimeError(f"{sent} were sent, {there} arrived")
    return 0


if __name__ == "__main__":
    sys.exit(main())
