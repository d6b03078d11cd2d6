#!/usr/bin/env python3
"""Turns files into C++ source at build time.

  embed.py statements OUT_FOLDER FILE.sql...   named SQL statements -> FILE.h, FILE.cc
  embed.py migrations OUT.cc FILE.sql...       numbered migrations  -> one table
  embed.py files OUT.cc FUNCTION [FOLDER]      files, plain and gzip -> one table
  embed.py emoji OUT.cc emoji.json             names of emoji -> one sorted table
"""

import gzip
import json
import pathlib
import re
import sys

NAME = re.compile(r"^-- name: (\w+)(?: \[(sqlite|postgres)\])?\s*$")


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


def parse_statements(path):
    """{name: {engine: text}}; a statement without an engine serves both."""
    found = {}
    name = engine = None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        header = NAME.match(line)
        if header:
            name, engine = header.group(1), header.group(2)
            texts = found.setdefault(name, {})
            for one in [engine] if engine else ["sqlite", "postgres"]:
                if one in texts:
                    sys.exit(f"{path}:{number}: {name} is written twice for {one}")
                texts[one] = ""
        elif line.strip() and not line.startswith("--"):
            if name is None:
                sys.exit(f"{path}:{number}: SQL without a name; put `-- name: …` above it")
            for one in [engine] if engine else ["sqlite", "postgres"]:
                found[name][one] += line.strip() + " "
    for name, texts in found.items():
        missing = {"sqlite", "postgres"} - set(texts)
        if missing:
            sys.exit(f"{path}: {name} has no text for {missing.pop()}")
    return found


def write_statements(folder, paths):
    """For each FILE.sql a header FILE.h and a source FILE.cc."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        header = [
            f"// Written by tools/embed.py from {path.name}.",
            "#pragma once",
            '#include "ports/db.h"',
            "",
            "namespace dw::stmt {",
        ]
        source = [f'#include "sql/{path.stem}.h"', "", "namespace dw::stmt {"]
        for name, texts in parse_statements(path).items():
            sqlite = re.sub(r"\$(\d+)", r"?\1", texts["sqlite"].strip().rstrip(";"))
            postgres = texts["postgres"].strip().rstrip(";")
            header.append(f"extern const Statement {name};")
            source.append(
                f'const Statement {name}{{"{name}",\n    {literal(sqlite)},'
                f"\n    {literal(postgres)}}};"
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


def write_files(out, function, folder):
    lines = ['#include "base/embedded.h"', "", "namespace dw {", ""]
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []
    entries = []
    for index, path in enumerate(files):
        content = path.read_bytes()
        packed = gzip.compress(content, 9, mtime=0)
        for kind, text in (("plain", content), ("gzip", packed)):
            lines.append(f"static const char {kind}_{index}[] =\n    {literal(text)};")
        name = literal(path.relative_to(folder).as_posix())
        entries.append(
            f"      {{{name}, {{plain_{index}, {len(content)}}}, {{gzip_{index}, {len(packed)}}}}},"
        )
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
    lines = ['#include "domain/emoji_table.h"', "", "namespace dw {", ""]
    lines += ["std::span<const EmojiRow> emoji_table() {", "  static const EmojiRow all[] = {"]
    for name, (text, tones) in sorted(rows.items(), key=lambda row: row[0].encode()):
        lines.append(f"      {{{literal(name)}, {literal(text)}, {tones}}},")
    lines += ["  };", "  return all;", "}", "", "}  // namespace dw", ""]
    out.write_text("\n".join(lines))


def main(arguments):
    mode, *rest = arguments
    if mode == "statements":
        write_statements(pathlib.Path(rest[0]), [pathlib.Path(p) for p in rest[1:]])
    elif mode == "migrations":
        write_migrations(pathlib.Path(rest[0]), [pathlib.Path(p) for p in rest[1:]])
    elif mode == "files":
        folder = pathlib.Path(rest[2]) if len(rest) > 2 else None
        write_files(pathlib.Path(rest[0]), rest[1], folder)
    elif mode == "emoji":
        write_emoji(pathlib.Path(rest[0]), pathlib.Path(rest[1]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
