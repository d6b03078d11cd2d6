#!/usr/bin/env python3
"""Says which source files are compiled together: `unity.py FILE...` prints "group|file" lines.

Most of what a compiler does for one file it does for its neighbours again: the same headers, the
same templates. Files of one folder are therefore compiled as one, as far as their names allow:
what two files both call `list` in their anonymous namespaces stands in two groups.

With --apart=PATTERN the files whose paths match it are grouped as if no others were there, and the
others as if they were not.
"""

import functools
import pathlib
import re
import sys

ROOTS = [pathlib.Path(__file__).resolve().parent.parent / name for name in ("src", "tests")]
FILES_MAX = 16
LINES_MAX = 2600  # a compiler takes up to 1.4 GiB for one group, and twenty seconds

HIDDEN = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$", re.S | re.M)
COMMENT = re.compile(r"//[^\n]*")
KIND = re.compile(r"(?:struct|class|enum class|enum|union) (\w+)")
ALIAS = re.compile(r"(?:using|namespace) (\w+) = [^;]*;")
INNERMOST = re.compile(r"<[^<>]*>")
BEFORE = re.compile(r"([A-Za-z_]\w*)\s*[={;,\[]")
TEST = re.compile(r"[A-Z_]+\((\w+), (\w+)")
DECLARED = re.compile(r"(?:\b(\w+)|[>&*]) (\w+)(?=\s*([=;,(){\[:]))")
NO_TYPE = {"return", "co_return", "co_await", "case", "new", "delete", "else", "throw"}
BOUND = re.compile(r"auto&{0,2} \[([^\]]*)\]")
INCLUDED = re.compile(r'^#include "([^"]+)"', re.M)
CALLED = re.compile(r"([\w~]+)\s*\(")
FUNCTION = "function"


def names_of(line):
    """What one line at the left margin declares."""
    while (plain := INNERMOST.sub("", line)) != line:
        line = plain
    line = line.removeprefix("template ")
    if match := KIND.match(line):
        return [match.group(1)]
    if match := TEST.match(line):
        return ["_".join(match.groups())]
    head = line.split("(", 1)[0]
    if "(" in line and "=" not in head and "{" not in head:
        return function_of(line)
    return BEFORE.findall(line)


def function_of(line):
    match = CALLED.search(line)
    return [match.group(1)] if match else []


def hidden_names(text):
    """Names of anonymous namespaces and macros, each with what is to be known of it.

    That is of an alias its line, since it may be there twice, and of a function that it is one.
    """
    names = {name: None for name in re.findall(r"^#define (\w+)", text, re.M)}
    for block in HIDDEN.findall(text):
        for line in COMMENT.sub("", block).splitlines():
            if not line or line[0] in " }#":
                continue
            if match := ALIAS.match(line):
                names[match.group(1)] = line
            else:
                found = names_of(line)
                is_function = not TEST.match(line) and "(" in line and found == function_of(line)
                names |= dict.fromkeys(found, FUNCTION if is_function else None)
    return names


def declared_names(text):
    """Whatever is declared anywhere: a parameter would hide another file's constant (-Wshadow).

    Values by themselves: they hide another file's function, which harms nobody.
    """
    text = COMMENT.sub("", text)
    found = [(name, after) for word, name, after in DECLARED.findall(text) if word not in NO_TYPE]
    values = {name for name, after in found if after != "("}
    values = values.union(*(re.findall(r"\w+", words) for words in BOUND.findall(text)))
    return values, {name for name, after in found if after == "("}


@functools.cache
def names_in_header(path):
    """Types and values of a header and of those that it includes; functions may be overloaded."""
    text = path.read_text(encoding="utf-8")
    lines = (line for line in COMMENT.sub("", text).splitlines()
             if line and line[0] not in " }#" and "(" not in line)
    return names_in_headers(text).union(*(names_of(line) for line in lines))


def names_in_headers(text):
    paths = [root / name for name in INCLUDED.findall(text) for root in ROOTS]
    return set().union(*(names_in_header(path) for path in paths if path.is_file()))


class File:
    def __init__(self, path):
        text = pathlib.Path(path).read_text(encoding="utf-8")
        self.path, self.lines = path, text.count("\n")
        self.hidden = hidden_names(text)
        self.values, functions = declared_names(text)
        self.others = functions | names_in_headers(text) | self.hidden.keys()


def clash(one, other):
    for name, said in one.hidden.items():
        if said == FUNCTION:
            if name in other.others:
                return True
        elif name in other.values | other.others and (not said or said != other.hidden.get(name)):
            return True
    return False


class Group:
    def __init__(self, files):
        self.files = files

    def takes(self, other):
        return (len(self.files) + len(other.files) <= FILES_MAX
                and sum(file.lines for file in self.files + other.files) <= LINES_MAX
                and not any(clash(mine, its) or clash(its, mine)
                            for mine in self.files for its in other.files))


def packed(groups):
    """Each group goes into the first one before it that takes it."""
    out = []
    for group in groups:
        fitting = next((one for one in out if one.takes(group)), None)
        if fitting:
            fitting.files += group.files
        else:
            out.append(group)
    return out


def groups_of(files):
    """Neighbours first; what is left over of one folder goes together with another's."""
    folders = {}
    for path in sorted(files):
        folders.setdefault(pathlib.Path(path).parent, []).append(Group([File(path)]))
    return packed([group for singles in folders.values() for group in packed(singles)])


def groups_apart(pattern, files):
    apart = [file for file in files if re.search(pattern, file)]
    return groups_of(file for file in files if file not in apart) + groups_of(apart)


def main():
    files = sys.argv[1:]
    if files and files[0].startswith("--apart="):
        groups = groups_apart(files[0].removeprefix("--apart="), files[1:])
    else:
        groups = groups_of(files)
    for group in groups:
        first = pathlib.Path(group.files[0].path)
        name = re.sub(r"[^A-Za-z0-9]", "_", f"{first.parent.name}_{first.stem}")
        for file in group.files:
            print(f"{name}|{file.path}")


if __name__ == "__main__":
    main()
