"""The repository as files with their text; knows no rule."""

import dataclasses
import functools
import os
import pathlib
import subprocess

from house import source

CXX = (".cc", ".h")
SCRIPT = (".ts", ".tsx", ".mjs", ".js", ".cjs")
CODE = CXX + SCRIPT + (".py", ".sql", ".sh", ".cmake", ".lua")
TEXT = CODE + (".md", ".json", ".yaml", ".yml", ".toml", ".txt", ".css", ".html", ".case", "")


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    what: str
    instead: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.what}; instead: {self.instead}"


@dataclasses.dataclass(frozen=True)
class File:
    """`path` is relative to the repository, with forward slashes."""

    path: str
    text: str

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @property
    def folder(self):
        return self.path.rsplit("/", 1)[0] if "/" in self.path else ""

    @property
    def suffix(self):
        return pathlib.PurePosixPath(self.path).suffix

    @property
    def is_cxx(self):
        return self.suffix in CXX

    @property
    def is_script(self):
        return self.suffix in SCRIPT

    @property
    def is_code(self):
        return self.suffix in CODE or self.name in ("run", "test", "CMakeLists.txt", "Makefile")

    @property
    def is_test(self):
        return self.path.startswith("tests/") or self.name.endswith("_test.cc")

    @functools.cached_property
    def lines(self):
        return self.text.split("\n")

    @functools.cached_property
    def parts(self):
        """The text split into code, literals and comments; for C++ and JavaScript only."""
        return source.split(self.text, is_script=self.is_script)


class Tree:
    """All files that belong to the repository: what git knows, and what it would take up."""

    def __init__(self, files):
        self.files = sorted(files, key=lambda file: file.path)
        self.paths = {file.path for file in self.files}
        self.folders = set()
        for path in self.paths:
            for parent in pathlib.PurePosixPath(path).parents:
                self.folders.add(str(parent))

    def has(self, path):
        return path in self.paths or path in self.folders

    def find(self, path):
        return next((file for file in self.files if file.path == path), None)


def listed(root):
    try:
        answer = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, capture_output=True, check=True)
        return [path for path in answer.stdout.decode().split("\0") if path]
    except (OSError, subprocess.CalledProcessError):
        return list(walked(root))


def walked(root):
    """For a tree that was unpacked without git: everything but what builds leave behind."""
    left_behind = {".git", "node_modules", "build", "dist", "__pycache__"}
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in left_behind]
        for name in names:
            yield pathlib.Path(folder, name).relative_to(root).as_posix()


def load(root):
    files = []
    for path in listed(root):
        whole = pathlib.Path(root, path)
        if not whole.is_file() or whole.is_symlink():
            continue
        try:
            text = whole.read_text() if whole.suffix in TEXT else ""
        except UnicodeDecodeError:
            text = ""  # pictures and recorded bytes have no lines to judge
        files.append(File(path, text))
    return Tree(files)
