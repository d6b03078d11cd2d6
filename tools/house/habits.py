"""What C++ code does not do here, and what it does instead."""

import re

from house import seams
from house.tree import Finding

CLOCKS = re.compile(
    r"\b(system_clock::now|high_resolution_clock::now|sleep_for|sleep_until|random_device|"
    r"usleep|nanosleep|std::rand|std::time|gettimeofday)\b")
SPAWN = re.compile(r"\b(co_spawn|detached)\b(?!\.hpp)")
CAPTURING = re.compile(r"\[[^\]\[\n]+\]\s*\([^()]*\)\s*(?:mutable\s*)?->\s*(?:\w+::)*"
                       r"(?:Task|awaitable)\s*<")
CONDITIONAL_AWAIT = re.compile(r"(?:&&|\|\|)\s*co_await\b|co_return\b[^;]*\?[^;]*\bco_await\b")
AWAIT_THEN_BREAK = re.compile(r"\bif \(.*\bco_await\b.*\)\s*\{?\s*(?:break|continue);")
SQL = re.compile(
    r"\b(SELECT\s+.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|"
    r"CREATE\s+(UNIQUE\s+|VIRTUAL\s+|TEMP\s+)?(TABLE|INDEX)\s)", re.S)
VENDOR = re.compile(
    r"https://[\w.-]*\b(slack\.com|zendesk\.com|pagerduty\.com|opsgenie\.com|googleapis\.com|"
    r"google\.com|amazonaws\.com|microsoft\.com|office\.com|microsoftonline\.com)", re.I)
PRINT = re.compile(r"\b(fmt::print|std::cout|std::cerr|std::puts|std::fputs|std::fwrite)\b")
CATCH = re.compile(r"\bcatch\s*\(")


def in_seam(path, seam):
    return any(path == place or (place.endswith("/") and path.startswith(place)) for place in seam)


def cxx_files(tree):
    return (file for file in tree.files
            if file.is_cxx and file.path.startswith(("src/", "tests/")))


def code_matches(file, pattern):
    for number, line in enumerate(file.parts.code_lines(), 1):
        if match := pattern.search(line):
            yield number, match


def clocks(tree):
    for file in cxx_files(tree):
        if file.path.startswith("src/base/"):
            continue
        for number, match in code_matches(file, CLOCKS):
            yield Finding(file.path, number, f"`{match.group(1)}` outside base/",
                          "the Clock or Random that is handed in; in tests ManualClock")


def spawns(tree):
    for file in cxx_files(tree):
        if file.is_test or in_seam(file.path, seams.SPAWN):
            continue
        for number, match in code_matches(file, SPAWN):
            if "#include" not in file.lines[number - 1]:
                yield Finding(file.path, number, f"`{match.group(1)}`: a task without an owner",
                              "TaskGroup::run")


def capturing_coroutines(tree):
    for file in cxx_files(tree):
        for number, _ in code_matches(file, CAPTURING):
            yield Finding(file.path, number, "a lambda with captures is a coroutine: its captures "
                          "die at the first wait", "a function with parameters by value")


def conditional_awaits(tree):
    for file in cxx_files(tree):
        for number, _ in code_matches(file, CONDITIONAL_AWAIT):
            yield Finding(file.path, number, "co_await under a condition in an expression: in a "
                          "co_return GCC 12 awaits it whatever the condition", "an `if` of its own")
        lines = list(file.parts.code_lines())
        for number, (line, following) in enumerate(zip(lines, [*lines[1:], ""]), 1):
            match = AWAIT_THEN_BREAK.search(f"{line}\n{following}")
            if match and match.start() < len(line):
                yield Finding(file.path, number, "`break` behind a condition that awaits: GCC 12 "
                              "makes a program of it that crashes", "a variable that the loop asks")


def catches(tree):
    for file in cxx_files(tree):
        if in_seam(file.path, seams.CATCH):
            continue
        for number, _ in code_matches(file, CATCH):
            yield Finding(file.path, number, "`catch` outside the named seams",
                          "a Result; in tests EXPECT_THROW; or the seam with its reason in "
                          "tools/house/seams.py")


def prints(tree):
    for file in cxx_files(tree):
        if not file.path.startswith("src/app/") or file.path.startswith("src/app/print."):
            continue
        for number, match in code_matches(file, PRINT):
            yield Finding(file.path, number, f"`{match.group(1)}`: a stranger's text may move "
                          "the terminal", "print() of app/print.h")


def sql(tree):
    for file in cxx_files(tree):
        if not file.path.startswith("src/") or in_seam(file.path, seams.SQL):
            continue
        for number, literal in file.parts.literals:
            if SQL.search(literal):
                yield Finding(file.path, number, "SQL in a string",
                              "a named statement in a .sql file")


def vendor_addresses(tree):
    for file in cxx_files(tree):
        if not file.path.startswith("src/"):
            continue
        if any(re.fullmatch(place, file.path) for place in seams.VENDOR_ADDRESS):
            continue
        for number, literal in file.parts.literals:
            if match := VENDOR.search(literal):
                yield Finding(file.path, number, f"the address {match.group(0)} of a vendor",
                              "a Field in the connector's config.h")


def shared_pointers(tree):
    """Shared by whom? The answer is on the line or within three lines above."""
    for file in cxx_files(tree):
        said = set()
        for first, last, _ in file.parts.comments:
            said.update(range(first, last + 4))
        for number, line in enumerate(file.parts.code_lines(), 1):
            if "shared_ptr" in line and "#include" not in line and number not in said:
                yield Finding(file.path, number, "`shared_ptr` without a word on who shares",
                              "unique_ptr or a reference; or a comment that names the owners")


RULES = (clocks, spawns, capturing_coroutines, conditional_awaits, catches, prints, sql,
         vendor_addresses, shared_pointers)
