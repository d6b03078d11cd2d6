"""Sizes: a file, a function, a line; and words that say that something is unfinished."""

import ast
import re

from house import seams, source
from house.tree import Finding

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
COUNTED = (".cc", ".h", ".ts", ".tsx", ".mjs", ".js", ".py", ".sql", ".lua", ".sh", ".cmake")
# Written in two pieces, or the rule would find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "X" "XX")) + r")\b")


def file_length(tree):
    for file in tree.files:
        count = len(file.text.splitlines())
        is_counted = file.suffix in COUNTED and file.path not in seams.PRINTED
        if is_counted and count > FILE_LINES_MAX:
            yield Finding(file.path, 1, f"{count} lines, more than {FILE_LINES_MAX}",
                          "two files, each named after the one thing in it")


def python_functions(text):
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    return [source.Function(node.name, node.lineno, node.end_lineno) for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def functions_of(file):
    if file.is_cxx:
        return source.cxx_functions(file.parts.code)
    if file.is_script:
        return source.script_functions(file.parts.code)
    if file.suffix == ".py":
        return python_functions(file.text)
    return []


def function_length(tree):
    for file in tree.files:
        for function in functions_of(file):
            if function.lines > FUNCTION_LINES_MAX:
                yield Finding(
                    file.path, function.first,
                    f"`{function.name}` has {function.lines} lines, more than "
                    f"{FUNCTION_LINES_MAX}", "functions that each say one step")


def line_length(tree):
    for file in tree.files:
        if not file.is_code or file.name == "package-lock.json":
            continue
        for number, line in enumerate(file.lines, 1):
            # An address can't be broken, and an include neither.
            if len(line) <= COLUMNS_MAX or "://" in line or line.startswith("#include"):
                continue
            yield Finding(file.path, number, f"{len(line)} columns, more than {COLUMNS_MAX}",
                          "a line break where the thought has one")


def unfinished(tree):
    for file in tree.files:
        if not (file.is_code or file.suffix in (".md", ".yaml", ".yml", ".toml", ".css", ".html")):
            continue
        for number, line in enumerate(file.lines, 1):
            if match := UNFINISHED.search(line):
                yield Finding(file.path, number, f"{match.group(1)} on the main branch",
                              "finish it, or say in the docs what is not supported")


RULES = (file_length, function_length, line_length, unfinished)
