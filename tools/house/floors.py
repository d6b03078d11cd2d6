"""Which folder may include which: downwards only, never sideways (ARCHITECTURE.md)."""

import re

from house.tree import Finding

FLOORS = {
    "base": 0, "domain": 1, "net": 1, "config": 1, "chart": 1, "ports": 2,
    "records": 3, "engine": 4, "jobs": 4, "connectors": 4, "store": 4, "fakes": 4, "web": 5,
    "app": 6,
}
# Folders whose sub-folders are rooms of their own: no room includes from another.
ROOMED = ("connectors", "jobs")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
# Light parts of Asio that a header needs to name a task, a timer or a stop signal.
ASIO_IN_HEADERS = {
    "boost/asio/awaitable.hpp", "boost/asio/io_context.hpp", "boost/asio/use_awaitable.hpp",
    "boost/asio/steady_timer.hpp", "boost/asio/cancellation_signal.hpp",
}
HEAVY = ("boost/beast", "boost/asio", "curl/", "sqlite3", "libpq", "CLI/", "toml++", "gumbo",
         "prometheus/", "spdlog/", "cairo", "libical/")


def includes(file):
    for number, line in enumerate(file.lines, 1):
        if match := INCLUDE.match(line):
            yield number, match.group(1), match.group(2)


def room_of(path):
    """connectors/slack/wire.h -> slack; jobs/routing.h -> none, all rooms of jobs share it."""
    pieces = path.split("/")
    return pieces[1] if len(pieces) > 2 and pieces[0] in ROOMED else None


def judge(here, there):
    """None, or what is wrong when a file of `here` includes `there` (both below src/)."""
    ours, theirs = here.split("/")[0], there.split("/")[0]
    if ours not in FLOORS or theirs not in FLOORS:
        return None
    if ours == theirs:
        mine, other = room_of(here), room_of(there)
        if other is not None and mine != other:
            return f"{ours}/{mine or ''} includes from its neighbour {theirs}/{other}"
        return None
    if FLOORS[ours] == FLOORS[theirs]:
        return f"{ours} includes sideways from {theirs}"
    if FLOORS[ours] < FLOORS[theirs]:
        return f"{ours} includes upwards from {theirs}"
    return None


def floors(tree):
    for file in tree.files:
        if not file.is_cxx or not file.path.startswith("src/"):
            continue
        for number, there, _ in includes(file):
            if there and (wrong := judge(file.path.removeprefix("src/"), there)):
                yield Finding(file.path, number, wrong, "a port in src/ports, or a lower floor")


def new_floors(tree):
    """A folder that nobody gave a floor would escape the rule."""
    for folder in sorted(tree.folders):
        if folder.count("/") == 1 and folder.startswith("src/") and folder[4:] not in FLOORS:
            yield Finding(folder, 1, "a folder of src/ without a floor",
                          "one of the thirteen, or an ADR and a line in tools/house/floors.py")


def heavy_headers(tree):
    for file in tree.files:
        if file.suffix != ".h" or not file.path.startswith(("src/", "tests/")):
            continue
        for number, _, there in includes(file):
            if there and there.startswith(HEAVY) and there not in ASIO_IN_HEADERS:
                yield Finding(file.path, number, f"<{there}> in a header: all who include it pay",
                              "the .cc file, behind a forward declaration or a State struct")


RULES = (floors, new_floors, heavy_headers)
