#!/usr/bin/env python3
"""Two years of tickets from a Zendesk that answers at once: see README.md."""
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, make_server

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else
                         os.path.join(HERE, "../../../build/deskwire"))
TICKETS = int(os.environ.get("TICKETS", "1000000"))
PAGE = 1000
TOLD_AGAIN_EVERY = 10  # every tenth ticket changed while the export was read, and comes again
DAYS = 730
END = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
START = END - timedelta(days=DAYS)

# What a ticket of an ordinary account weighs: a description, forty custom fields, its channel.
REST = json.dumps({
    "url": "https://acme.zendesk.com/api/v2/tickets/1.json", "external_id": None,
    "via": {"channel": "email", "source": {"from": {"address": "bo@example.com", "name": "Bo"},
                                           "to": {"address": "help@acme.example"}, "rel": None}},
    "subject": "The VPN does not connect since this morning", "priority": "normal",
    "description": "Hello, since this morning the VPN says error 619. " * 12,
    "status": "closed", "requester_id": 8447388090494, "assignee_id": 8447388090495,
    "group_id": 360001, "collaborator_ids": [], "has_incidents": False, "is_public": True,
    "tags": ["vpn", "network", "laptop", "email"],
    "custom_fields": [{"id": 360000 + i, "value": None} for i in range(40)],
    "satisfaction_rating": {"score": "unoffered"}, "sharing_agreement_ids": [],
    "ticket_form_id": 360002, "brand_id": 360003, "allow_channelback": False})[1:]


def ticket(number):
    born = START + timedelta(days=DAYS) * number / TICKETS
    text = born.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (f'{{"id":{number + 1},"created_at":"{text}","updated_at":"{text}",'
            f'"generated_timestamp":{int(born.timestamp())},{REST}')


def page(first):
    """The tickets from `first` on; after the last one, those that are told again."""
    again = TICKETS // TOLD_AGAIN_EVERY
    last = min(first + PAGE, TICKETS + again)
    numbers = (i if i < TICKETS else (i - TICKETS) * TOLD_AGAIN_EVERY for i in range(first, last))
    end = "true" if last == TICKETS + again else "false"
    return (f'{{"tickets":[{",".join(map(ticket, numbers))}],"after_cursor":"{last}",'
            f'"end_of_stream":{end}}}').encode()


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def answer(environ, start):
    cursor = parse_qs(environ["QUERY_STRING"]).get("cursor", ["0"])[0]
    body = page(int(cursor))
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def serve(queue):
    with make_server("127.0.0.1", 0, answer, handler_class=Quiet) as server:
        queue.put(server.server_port)
        server.serve_forever()


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    queue = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(queue,), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory() as cwd:
        with open(os.path.join(cwd, "deskwire.toml"), "w", encoding="utf-8") as out:
            out.write(f'[zendesk]\nurl = "http://127.0.0.1:{queue.get()}"\noauth_token = "t"\n'
                      'poll = "0s"\n[volume]\nsource = "zendesk"\n')
        command = [BINARY, "volume", "backfill", "--json", "--since", START.strftime("%Y-%m-%d")]
        begin = time.monotonic()
        with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE) as child:
            told = json.loads(child.stdout.read())
            _, _, usage = os.wait4(child.pid, 0)
            child.returncode = 0
    server.terminate()
    if told["tickets"] != TICKETS:
        sys.exit(f"counted {told['tickets']} of {TICKETS} tickets")
    requests = -(-(TICKETS + TICKETS // TOLD_AGAIN_EVERY) // PAGE)
    print("| tickets | requests | at 10 a minute | an hour each instead | CPU s | peak MiB | "
          "seconds here |\n|--:|--:|--:|--:|--:|--:|--:|")
    print(f"| {TICKETS:,} | {requests:,} | {requests / 10:.0f} min | {DAYS * 24:,} | "
          f"{usage.ru_utime + usage.ru_stime:.1f} | {usage.ru_maxrss / 1024:.0f} | "
          f"{time.monotonic() - begin:.0f} |")


if __name__ == "__main__":
    main()
