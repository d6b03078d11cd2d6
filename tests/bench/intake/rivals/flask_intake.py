"""The tool that Deskwire replaces, written well: Flask checks, sends to SQS, answers.

Run by gunicorn. Durable only in the queue; a repeat makes a second ticket.
  QUEUE_ENDPOINT   where the queue listens        TEAMS_SECRET   base64
"""

import base64
import hashlib
import hmac
import html
import itertools
import json
import os
import re

import boto3
import botocore.config
from flask import Flask, request

app = Flask(__name__)
key = base64.b64decode(os.environ["TEAMS_SECRET"])
queue = boto3.client(
    "sqs", region_name="us-east-1", endpoint_url=os.environ["QUEUE_ENDPOINT"],
    aws_access_key_id="x", aws_secret_access_key="x",
    config=botocore.config.Config(max_pool_connections=64, retries={"max_attempts": 1}))
numbers = itertools.count(1)
LABEL = re.compile(r"^\s*(title|priority|description)\s*:\s*", re.I | re.M)
BREAK = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.I)
TAG = re.compile(r"<at>.*?</at>|<[^>]*>", re.I | re.S)


def fields_of(text):
    plain = html.unescape(TAG.sub("", BREAK.sub("\n", text)))
    pieces = LABEL.split(plain)
    return {name.lower(): value.strip() for name, value in zip(pieces[1::2], pieces[2::2])}


def problems_of(fields):
    if not 0 < len(fields.get("title", "")) <= 200:
        yield "title: 1 to 200 characters"
    if fields.get("priority", "").lower() not in ("high", "medium", "low"):
        yield "priority: high, medium or low"
    if not 0 < len(fields.get("description", "")) <= 10_000:
        yield "description: 1 to 10,000 characters"


@app.post("/hooks/teams/it")
def intake():
    body = request.get_data()
    given = request.headers.get("Authorization", "").removeprefix("HMAC ")
    wanted = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
    if not hmac.compare_digest(given, wanted):
        return {"type": "message", "text": "bad signature"}, 401
    activity = json.loads(body)
    fields = fields_of(activity["text"])
    problems = list(problems_of(fields))
    if problems:
        return {"type": "message", "text": "\n".join(problems)}
    number = next(numbers)
    priority = fields["priority"].lower()
    queue.send_message(
        QueueUrl=f"{os.environ['QUEUE_ENDPOINT']}/1/{priority}",
        MessageBody=json.dumps({"ticket": number, **fields,
                                "requester": {"name": activity["from"]["name"]}}))
    return {"type": "message", "text": f"Ticket #{number} ({priority}): {fields['title']}"}
