#!/usr/bin/env python3
"""Turns files into C++ source at build time.

  embed.py statements OUT_FOLDER FILE.sql...   named SQL statements -> FILE.h, FILE.cc
  embed.py migrations OUT.cc FILE.sql...       numbered migrations  -> one table
  embed.py files OUT.cc FUNCTION [FOLDER]      files              -> one table
  embed.py packed OUT.cc FUNCTION [FOLDER]     files, each gzip   -> one table
  embed.py emoji OUT.cc emoji.json             names of emoji -> one sorted table
"""

import gzip
import json
import pathlib
import re
import sys

NAME = re.compile(r"^-- name: (\w+)(?: \[(sqlite|postgres rows|postgres)?"
                  r"(?: ?\b(anew))?\])?\s*$")
# Of a text that takes many rows: its parameters, and whether it says the place of each row.
ARRAY = re.compile(r"\$(\d+)::(text|bigint)\[\]")
RETURNS_PLACE = re.compile(r"SELECT place,")
# What statements share: a list of columns, which the program knows by name too, or any text.
COLUMN = re.compile(r"(?:\w+\.)?(\w+)|.+ AS (\w+)")
SHARED = re.compile(r"^-- (columns|part): (\w+)\s*$")
USES = re.compile(r"^-- uses: (\S+)\s*$")
PLACE = re.compile(r"\{(?:(\w+)\.)?(\w+)\}")
ENGINES = ("sqlite", "postgres")


def literal(text):
    """A C++ string literal; pieces, because one may not be longer than 64 KiB everywhere."""
    escaped = []
    for byte in text if isinstance(text, bytes) else text.encode():
        char = chr(byte)
        if char in '"\\':
            escaped.append("\\" + char)
        elif 32 <= byte < 127 and char != "?":
            escaped.append(char)
        else:
            escaped.append(f"\\{byte:03o}")
    pieces = ["".join(escaped[i : i + 4000]) for i in range(0, len(escaped), 4000)] or [""]
    return "\n    ".join(f'"{piece}"' for piece in pieces)


def split_list(text):
    """The parts between the commas that stand in no parentheses."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


class Statements:
    """The statements of a file, with what they share.

    `-- name: x` (with `[sqlite]` or `[postgres]`, where they differ) begins a statement, with
    `[postgres rows]` its text for many rows at once; behind them, or alone, `anew` has PostgreSQL
    plan it for its values each time;
    `-- columns: x` a list of columns (`name`, `t.name`, `anything AS name`), `-- part: x` any text,
    both for `{x}` in what follows.
    `{t.x}` has `t.` before each column (what is in lower case). `-- uses: FOLDER/FILE.sql`
    (below src/) takes over what another file shares.
    """

    def __init__(self, path):
        self.path = path
        self.texts = {}  # name: {engine: text}
        self.anew = set()  # (name, engine) of those whose plan PostgreSQL doesn't keep
        self.columns = {}  # name: [column], those of this file
        self.lists = {}  # name: the line that its list of columns begins at
        self.shared = {}  # name: text, those of the files that are used too
        put = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if begin := NAME.match(line):
                put = self.begin_statement(number, *begin.groups())
            elif begin := SHARED.match(line):
                put = self.begin_shared(number, *begin.groups())
            elif used := USES.match(line):
                self.use(number, used.group(1))
            elif line.strip() and not line.startswith("--"):
                if put is None:
                    self.refuse(number, "SQL without a name; put `-- name: …` above it")
                put(PLACE.sub(lambda place: self.filled(number, place), line.strip()))
        self.name_columns()
        self.check_whole()

    def refuse(self, number, why):
        sys.exit(f"{self.path}:{number}: {why}")

    def begin_statement(self, number, name, engine, anew):
        if anew and engine == "sqlite":
            self.refuse(number, f"{name}: it is PostgreSQL that can plan anew")
        if anew:
            self.anew.add((name, engine or "postgres"))
        texts = self.texts.setdefault(name, {})
        wanted = [engine] if engine else ENGINES
        for one in wanted:
            if one in texts:
                self.refuse(number, f"{name} is written twice for {one}")
            texts[one] = ""

        def put(line):
            for one in wanted:
                texts[one] += line + " "
        return put

    def plan(self, name, engine):
        return f"QueryPlan::{'anew' if (name, engine) in self.anew else 'kept'}"

    def begin_shared(self, number, kind, name):
        if name in self.shared:
            self.refuse(number, f"{name} is written twice")
        self.shared[name] = ""
        if kind == "columns":
            self.lists[name] = number

        def put(line):
            self.shared[name] = f"{self.shared[name]} {line}".strip()
        return put

    def name_columns(self):
        for name, number in self.lists.items():
            columns = [COLUMN.fullmatch(one) for one in split_list(self.shared[name])]
            if not all(columns):
                self.refuse(number, f"{name} has a column without a name; write `… AS name`")
            self.columns[name] = [one.group(1) or one.group(2) for one in columns]

    def use(self, number, other):
        source = next((up for up in self.path.resolve().parents if up.name == "src"), None)
        if source is None or not (source / other).is_file():
            self.refuse(number, f"src/{other} is not there")
        self.shared.update(Statements(source / other).shared)

    def filled(self, number, place):
        table, name = place.groups()
        if name not in self.shared:
            self.refuse(number, f"{{{name}}} is written nowhere above; put `-- columns: {name}`, "
                                f"`-- part: {name}` or `-- uses: …` there")
        text = self.shared[name]
        if table and re.search(r"['.(]", text):
            self.refuse(number, f"{{{table}.{name}}}: its text has more than names, or names of "
                                "tables")
        return re.sub(r"(?<![\w.])(?=[a-z_])", f"{table}.", text) if table else text

    def check_whole(self):
        for name, texts in self.texts.items():
            missing = set(ENGINES) - set(texts)
            if missing:
                sys.exit(f"{self.path}: {name} has no text for {missing.pop()}")


def of_rows(text, plan):
    """The last argument of a Statement that takes many rows at once."""
    if not text:
        return ""
    types = {int(number): kind[0] for number, kind in ARRAY.findall(text)}
    place = "true" if RETURNS_PLACE.search(text) else "false"
    letters = "".join(types[number] for number in sorted(types))
    return f',\n    Statement::Rows{{{literal(text)}, "{letters}", {place}, {plan}}}'


def write_statements(folder, paths):
    """For each FILE.sql a header FILE.h and a source FILE.cc."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        header = [f"// Written by tools/embed.py from {path.name}.", "#pragma once",
                  '#include "ports/db.h"', ""]
        source = [f'#include "sql/{path.stem}.h"', "", "namespace dw::stmt {"]
        statements = Statements(path)
        for name, columns in statements.columns.items():
            numbered = ", ".join([*columns, "behind"])  # behind: what follows the list
            header += [f"namespace dw::columns::{name} {{", f"enum : int {{ {numbered} }};",
                       f"}}  // namespace dw::columns::{name}", ""]
        header.append("namespace dw::stmt {")
        for name, texts in statements.texts.items():
            sqlite = re.sub(r"\$(\d+)", r"?\1", texts["sqlite"].strip().rstrip(";"))
            postgres = texts["postgres"].strip().rstrip(";")
            rows = texts.get("postgres rows", "").strip().rstrip(";")
            header.append(f"extern const Statement {name};")
            source.append(
                f'const Statement {name}{{"{name}",\n    {literal(sqlite)},'
                f"\n    {literal(postgres)}, {statements.plan(name, 'postgres')}"
                f"{of_rows(rows, statements.plan(name, 'postgres rows'))}}};"
            )
        header += ["}  // namespace dw::stmt", ""]
        source += ["}  // namespace dw::stmt", ""]
        write_if_other(folder / f"{path.stem}.h", "\n".join(header))
        write_if_other(folder / f"{path.stem}.cc", "\n".join(source))


def write_if_other(path, text):
    """What has not changed keeps its time, so that nothing is compiled again."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def write_migrations(out, paths):
    numbered = {}
    for path in paths:
        match = re.match(r"(\d{4})_\w+\.(sqlite|postgres)\.sql$", path.name)
        if not match:
            sys.exit(f"{path}: a migration is called NNNN_what.sqlite.sql or .postgres.sql")
        engines = numbered.setdefault(int(match.group(1)), {})
        if match.group(2) in engines:
            sys.exit(f"{path}: another migration has this number; take the next free one")
        engines[match.group(2)] = path.read_text()
    lines = ['#include "store/migrate.h"', "", "namespace dw {", ""]
    lines += ["std::span<const Migration> migrations() {", "  static const Migration all[] = {"]
    for expected, (number, texts) in enumerate(sorted(numbered.items()), 1):
        if number != expected or len(texts) != 2:
            sys.exit(f"migration {expected:04d} is missing for one engine or altogether")
        lines.append(f"      {{{number}, {literal(texts['sqlite'])},")
        lines.append(f"       {literal(texts['postgres'])}}},")
    lines += ["  };", "  return all;", "}", "", "}  // namespace dw", ""]
    out.write_text("\n".join(lines))


def write_files(out, function, folder, is_packed):
    lines = ['#include "base/embedded.h"', "", "namespace dw {", ""]
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []
    entries = []
    for index, path in enumerate(files):
        content = path.read_bytes()
        if is_packed:
            content = gzip.compress(content, 9, mtime=0)
        lines.append(f"static const char bytes_{index}[] =\n    {literal(content)};")
        name = literal(path.relative_to(folder).as_posix())
        entries.append(f"      {{{name}, {{bytes_{index}, {len(content)}}}}},")
    lines += ["", f"std::span<const EmbeddedFile> {function}() {{"]
    if entries:
        lines += ["  static const EmbeddedFile all[] = {", *entries, "  };", "  return all;"]
    else:
        lines.append("  return {};")
    lines += ["}", "", "}  // namespace dw", ""]
    out.write_text("\n".join(lines))


def tones_of(emoji):
    """Where a skin tone goes: 0 nowhere, 1 behind the first character, 2 also at the end."""
    first, *rest = emoji["unified"].split("-")
    rest = rest[1:] if rest[:1] == ["FE0F"] else rest
    variations = emoji.get("skin_variations", {})
    for kind, key, made in (
        (1, "1F3FB", [first, "1F3FB", *rest]),
        (2, "1F3FB-1F3FB", [first, "1F3FB", *rest, "1F3FB"]),
    ):
        if variations.get(key, {}).get("unified") == "-".join(made):
            return kind
    return 0


def write_emoji(out, path):
    rows = {}
    for emoji in json.loads(path.read_text()):
        text = "".join(chr(int(point, 16)) for point in emoji["unified"].split("-"))
        for name in emoji["short_names"]:
            rows[name] = (text, tones_of(emoji))
    # One text and the places of its rows: a table of pointers would be three times as large, and
    # be written to memory at the start.
    pieces, starts, size = [], [], 0
    for name, (text, tones) in sorted(rows.items(), key=lambda row: row[0].encode()):
        row = f"{tones}{name}\0{text}\0"
        pieces.append(f"    {literal(row)}")
        starts.append(size)
        size += len(row.encode())
    if size >= 1 << 16:
        sys.exit(f"{path}: places of emoji need more than 16 bits")
    lines = ['#include "domain/emoji_table.h"', "", "namespace dw {", "namespace {", ""]
    lines += ["constexpr char rows[] =", *pieces, "    ;"]
    lines += [f"constexpr uint16_t starts[] = {{{', '.join(map(str, starts))}}};"]
    lines += ["", "}  // namespace", ""]
    lines += ["size_t emoji_count() {", "  return std::size(starts);", "}", ""]
    lines += ["EmojiRow emoji_row(size_t place) {", "  const char* at = rows + starts[place];"]
    lines += ["  const std::string_view name(at + 1);"]
    lines += ["  return {name, std::string_view(name.data() + name.size() + 1), *at - '0'};"]
    lines += ["}", "", "}  // namespace dw", ""]
    out.write_text("\n".join(lines))


def main(arguments):
    mode, *rest = arguments
    if mode == "statements":
        write_statements(pathlib.Path(rest[0]), [pathlib.Path(p) for p in rest[1:]])
    elif mode == "migrations":
        write_migrations(pathlib.Path(rest[0]), [pathlib.Path(p) for p in rest[1:]])
    elif mode in ("files", "packed"):
        folder = pathlib.Path(rest[2]) if len(rest) > 2 else None
        write_files(pathlib.Path(rest[0]), rest[1], folder, mode == "packed")
    elif mode == "emoji":
        write_emoji(pathlib.Path(rest[0]), pathlib.Path(rest[1]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
