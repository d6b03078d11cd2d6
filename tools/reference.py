#!/usr/bin/env python3
"""The pages of docs/reference, the manual page, the example configuration and the board's types of
the API, printed by the program itself.

  tools/reference.py write|check [BINARY]     BINARY: build/deskwire

`check` fails where a page differs from what the program prints, and says which.
"""

import contextlib
import difflib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

from board_types import board_types

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Program:
    """The binary in a folder of its own, without anybody's configuration."""

    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder
        kept = {"PATH", "LANG", "TZ"}
        self.environment = {name: text for name, text in os.environ.items() if name in kept}
        (folder / "deskwire.toml").write_text(
            '[server]\nlisten = "127.0.0.1:0"\n[store]\nurl = "sqlite::memory:"\n')

    def say(self, *arguments):
        done = subprocess.run([self.binary, *arguments], cwd=self.folder, text=True,
                              env=self.environment, capture_output=True, check=False, timeout=60)
        if done.returncode != 0:
            sys.exit(f"deskwire {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    @contextlib.contextmanager
    def served(self):
        """The address of a daemon that is ready, and ends with the block."""
        daemon = subprocess.Popen([self.binary, "serve"], cwd=self.folder, env=self.environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            ready = daemon.stdout.readline()
            address = re.search(r"http://\S+", ready)
            if not address:
                sys.exit(f"deskwire serve did not start: {daemon.communicate()[1]}")
            yield address.group(0)
        finally:
            daemon.terminate()
            daemon.communicate(timeout=20)


def command_names(help_text):
    """The names under "Subcommands:", as CLI11 prints them."""
    _, _, below = help_text.partition("\nSubcommands:\n")
    return re.findall(r"^  (\w[\w-]*)", below.split("\n\n")[0], re.M)


def command_page(program, path, depth=2):
    text = program.say(*path, "--help").strip()
    lines = [f"{'#' * depth} {' '.join(['deskwire', *path])}", "", "```text", text, "```", ""]
    for name in command_names("\n" + text):
        lines += command_page(program, [*path, name], min(depth + 1, 4))
    return lines


def cli_page(program):
    return "\n".join(["# Commands", "", "Printed by `deskwire COMMAND --help`; `make docs` writes "
                      "this page.", "", *command_page(program, [])])


def metrics_page(scraped):
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", scraped, re.M))
    lines = ["# Metrics", "", "Printed from `/metrics` of a fresh daemon; `make docs` writes this "
             "page.", "", "| metric | kind | meaning |", "|---|---|---|"]
    for name, meaning in sorted(re.findall(r"^# HELP (\S+) (.*)$", scraped, re.M)):
        lines.append(f"| `{name}` | {kinds.get(name, '')} | {meaning} |")
    return "\n".join(lines) + "\n"


def fetch(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def pages(binary):
    with tempfile.TemporaryDirectory() as folder:
        program = Program(binary, pathlib.Path(folder))
        found = {"docs/reference/configuration.md": program.say("config", "--reference"),
                 "docs/reference/cli.md": cli_page(program),
                 "packaging/deskwire.toml.example": program.say("config", "--example"),
                 "packaging/deskwire.1": program.say("man")}
        with program.served() as address:
            api = json.loads(fetch(address + "/openapi.json"))
            api.pop("servers", None)  # the port is another each time
            text = json.dumps(api, indent=2, ensure_ascii=False)
            found["docs/reference/openapi.json"] = text + "\n"
            found["board/src/contract.ts"] = board_types(api)
            found["docs/reference/metrics.md"] = metrics_page(fetch(address + "/metrics"))
        return found


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[0] not in ("write", "check"):
        sys.exit(__doc__.strip())
    binary = pathlib.Path(arguments[1] if len(arguments) == 2 else ROOT / "build/deskwire")
    stale = 0
    for name, text in pages(binary.resolve()).items():
        page = ROOT / name
        before = page.read_text() if page.exists() else ""
        if before == text:
            continue
        stale += 1
        if arguments[0] == "write":
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text)
            print(f"{name} written")
        else:
            print(f"{name} is not what the program prints; instead: make docs")
            changed = difflib.unified_diff(before.split("\n"), text.split("\n"), "page", "program",
                                           n=0, lineterm="")
            print("\n".join(list(changed)[:20]))
    return 1 if stale and arguments[0] == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
