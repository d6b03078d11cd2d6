"""The exceptions to the rules, each with its reason. A line here is argued for in review."""

# Files that may catch: where another's library throws, or a broken promise is parked.
CATCH = {
    "src/app/main.cc": "the last stop: a Defect ends the program with 70",
    "src/base/json.cc": "Boost.JSON throws on allocation and depth",
    "src/config/document.cc": "toml++ throws its parse error",
    "src/domain/schedule.cc": "date throws for an unknown time zone",
    "src/domain/period.cc": "date throws for an unknown time zone",
    "src/base/defect.cc": "what nobody caught, on whatever thread, ends the process with 70",
    "src/engine/inbox.cc": "what a job throws parks its event (ADR 0002)",
    "src/engine/outbox.cc": "what a connector throws is one failed try of its deliveries",
    "src/engine/scheduler.cc": "what a scheduled job throws is one failed run",
    "src/jobs/notices/row_handover.cc": "the system may have no thread left: one does it all",
    "src/net/http_client.cc": "Asio throws where libcurl's sockets are watched",
    "src/net/http_server.cc": "Asio and Beast throw on broken connections",
    "src/net/task_group.cc": "what escapes a task is logged here",
    "src/net/websocket.cc": "Asio and Beast throw on broken connections",
    "tests/sim/turns.cc": "the thread of a simulated process that was killed leaves its work here",
}

# Files that may start a coroutine by hand; tests drive the loop themselves.
SPAWN = {
    "src/net/task_group.cc": "the one owner of running tasks",
    "src/app/commands/shared.cc": "a command is one task, run to its end",
    "src/store/": "completions cross from the store's thread to the loop",
}

# Files whose SQL is made from the catalogue of the schema: no statement by name has all tables.
SQL = {
    "src/store/sqlite/sqlite_tables.cc": "one side of `store copy`",
    "src/store/postgres/postgres_tables.cc": "the other",
}

# Names with a banned word that other people chose: (name, where, reason), both as patterns.
NAMES = (
    (r"info|log_info", r".*", "a log level's name, spdlog's and everybody's"),
    (r"data", r"src/net/sse\..*|src/fakes/.*|board/.*", "the field's name in server-sent events"),
    (r"process_environment", r".*", "the operating system's process: a thing, not a verb"),
    (r"(EVP|CURL\w*|PQ|X509)_\w*", r".*", "a library's own name"),
)

# Printed by the program, a shape for each that the API has: nobody reads it from top to bottom.
PRINTED = ("board/src/contract.ts",)

# Addresses of vendors belong to the connector that knows the vendor, and to the fake of it.
VENDOR_ADDRESS = (
    r"src/connectors/\w+/(config|wire)\.(h|cc)",
    r"src/fakes/.*",
    r".*_test\.cc",
    r"src/web/tally_shapes\.cc",  # a link for people's browsers; nothing here connects to it
    r"src/config/.*",  # defaults of sections that belong to no single connector
    # Samples of addresses, for people to write their own.
    r"src/app/(sample|setup_answers|commands/init(_dialog)?)\.cc",
)
