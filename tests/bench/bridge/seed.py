"""seed.py STORE THREADS.json: open threads that were bridged before, as if each had been opened."""

import json
import sqlite3
import sys
import time

store, threads = sqlite3.connect(sys.argv[1]), json.load(open(sys.argv[2]))
now = int(time.time() * 1000)
channel = sys.argv[3]
with store:
    for number, (thread, external) in enumerate(threads.items(), start=1):
        store.execute(
            "INSERT INTO ticket (id, title, description, priority, status, requester_name,"
            " requester_email, requester_id, assignee, tags, source, desk, external_id,"
            " external_url, queue, opened_at, updated_at) VALUES (?, 'VPN is down', 'It is.', 1, 0,"
            " 'Ana Lopez', 'ana@example.com', 'slack:U7', '', '[\"slack\"]', ?, 'zendesk', ?,"
            " 'http://127.0.0.1/x', '', ?, ?)",
            (number, "slack:" + channel, str(external), now, now))
        store.execute(
            "INSERT INTO bridge_link (channel, thread, ticket, stage, url, has_url, is_greeted,"
            " requester, comments_until, opened_at) VALUES (?, ?, ?, 1, 'http://127.0.0.1/y', 1, 1,"
            " 'U7', '', ?)", (channel, thread, number, now))
        store.execute(
            "INSERT INTO bridge_said (key, kind, channel, thread, message, author, digest, state,"
            " body, at) VALUES (?, 'chat.message', ?, ?, ?, 'U7', '', 1, 'null', ?)",
            (channel + "/" + thread, channel, thread, thread, now))
