"""Pages that a machine can hold to the tree: file lists, links, the changelog, no private paths."""

import re

from house.tree import Finding

FENCE = re.compile(r"^\s*(```|~~~)")
TICKED = re.compile(r"`([^`\n]+)`")
FILE_NAME = re.compile(r"^[\w.*/-]+\.(?:h|cc|ts|tsx|mjs|py|sql|lua|cmake|case)$")
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
PLACEHOLDER = re.compile(r"\b(?:[A-Z][A-Z_]+|x|X|NNNN)\b|[<>…]|\bNAME")
DOUBT = re.compile(r"^#+\s*How a doubt is settled\s*$", re.I | re.M)

# Pieces, or the rules would find themselves.
MACHINE = re.compile("|".join(("(?<![\\w.])/wor" "k/", "/hom" "e/\\w", "/tm" "p/(build|bash)",
                               "/roo" "t/\\.", "\\bsub" "agents?\\b")))
HOST = re.compile(r"https?://[^ \"]*(regis" r"try|npm" r"js|deb\.deb" r"ian|mir" r"ror)")
HOSTED = (".json", ".md", ".sh", ".yaml", ".yml", ".txt", "")


def prose(file):
    """Lines of a page outside its code blocks."""
    is_open = False
    for number, line in enumerate(file.lines, 1):
        if FENCE.match(line):
            is_open = not is_open
        elif not is_open:
            yield number, line


def named_files(file):
    """Names of source files in backticks; `x.h .cc` names two."""
    for number, line in prose(file):
        for match in TICKED.finditer(line):
            first, *rest = match.group(1).split()
            names = [first]
            for part in rest:
                is_ending = re.fullmatch(r"\.\w+", part)
                names.append(re.sub(r"\.\w+$", "", first) + part if is_ending else part)
            for name in names:
                if FILE_NAME.match(name) and not PLACEHOLDER.search(name):
                    yield number, name


def resolves(tree, file, name):
    places = [f"{file.folder}/{name}".lstrip("/"), name, f"src/{name}"]
    if "*" in name:
        patterns = [re.compile(re.escape(place).replace(r"\*", "[^/]*")) for place in places]
        return any(pattern.fullmatch(path) for pattern in patterns for path in tree.paths)
    if any(tree.has(place) for place in places):
        return True
    return "/" not in name and any(path.startswith(file.folder + "/") and
                                   path.endswith("/" + name) for path in tree.paths)


def missing_files(tree):
    """A folder's README, and pages that name a path, name what is there."""
    for file in tree.files:
        if file.suffix != ".md" or file.path.startswith("docs/adr/"):
            continue
        for number, name in named_files(file):
            is_path = "/" in name
            if (is_path or file.name == "README.md" and file.folder) and \
                    not resolves(tree, file, name):
                yield Finding(file.path, number, f"names {name}, which is not there",
                              "the file's new name, or no mention")


def left_out(tree):
    """A README of src/ that lists its files lists every header of its folder."""
    for file in tree.files:
        if file.name != "README.md" or not re.fullmatch(r"src/[\w/]+/README\.md", file.path):
            continue
        if not any(re.match(r"\s*(- |\| )`[\w/.]+\.h\b", line) for line in file.lines):
            continue
        named = {name.rsplit("/", 1)[-1] for _, name in named_files(file)}
        for path in sorted(tree.paths):
            folder, _, name = path.rpartition("/")
            if folder == file.folder and name.endswith(".h") and name not in named:
                yield Finding(file.path, 1, f"the list of files leaves out {name}",
                              "a line that says what it owns")


def doubts(tree):
    """Every connector says how it finds out whether a doubtful delivery happened."""
    for folder in sorted(tree.folders):
        if not re.fullmatch(r"src/connectors/\w+", folder):
            continue
        page = tree.find(folder + "/README.md")
        if page is None:
            yield Finding(folder, 1, "a connector without a README.md",
                          "credentials, permissions, what is not supported, how a doubt is settled")
        elif not DOUBT.search(page.text):
            yield Finding(page.path, 1, "does not say how a doubt is settled",
                          "a heading \"How a doubt is settled\" and the answer under it")


def anchor(heading):
    text = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(file):
    found = {anchor(line.lstrip("#")) for _, line in prose(file) if line.startswith("#")}
    return found | set(re.findall(r"(?:name|id)=\"([^\"]+)\"", file.text))


def joined(folder, target):
    pieces = folder.split("/") if folder and not target.startswith("/") else []
    for piece in target.strip("/").split("/"):
        if piece == "..":
            pieces = pieces[:-1]
        elif piece != ".":
            pieces.append(piece)
    return "/".join(pieces)


def links(tree):
    for file in tree.files:
        if file.suffix != ".md":
            continue
        for number, line in prose(file):
            for match in LINK.finditer(re.sub(r"`[^`]*`", "``", line)):
                target = match.group(1) or match.group(2)
                if re.match(r"[a-z][a-z0-9+.-]*:", target):
                    continue
                path, _, place = target.partition("#")
                whole = joined(file.folder, path) if path else file.path
                page = tree.find(whole)
                if whole and not tree.has(whole):
                    yield Finding(file.path, number, f"a link to {target}, which is not there",
                                  "the page's new address")
                elif place and page and page.suffix == ".md" and place not in anchors(page):
                    yield Finding(file.path, number, f"a link to {target}: no such heading",
                                  "the heading as it is now")


def private_paths(tree):
    for file in tree.files:
        for number, line in enumerate(file.lines, 1):
            if match := MACHINE.search(line):
                yield Finding(file.path, number, f"\"{match.group(0)}\" is of one machine only",
                              "a path inside the repository, or a made folder of mktemp")


def package_hosts(tree):
    for file in tree.files:
        if file.suffix not in HOSTED:
            continue
        for number, line in enumerate(file.lines, 1):
            if HOST.search(line):
                yield Finding(file.path, number, "the host of a package index",
                              "the package's name; omit-lockfile-registry-resolved=true in .npmrc")


SECTIONS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
VERSION = re.compile(r"## \[(?:Unreleased|\d+\.\d+\.\d+(?:-[\w.]+)?\] - \d{4}-\d\d-\d\d$)")
ENTRY = re.compile(r"- [a-z][a-z0-9_/, -]*: \S")


def changelog(tree):
    file = tree.find("CHANGELOG.md")
    if file is None:
        yield Finding("CHANGELOG.md", 1, "there is none", "Keep a Changelog, area first")
        return
    if not file.lines[0].startswith("# "):
        yield Finding(file.path, 1, "begins without its title", "\"# Changelog\"")
    for number, line in prose(file):
        if line.startswith("## ") and not VERSION.match(line):
            yield Finding(file.path, number, f"\"{line}\" is no version",
                          "\"## [Unreleased]\" or \"## [1.2.3] - 2026-11-21\"")
        elif line.startswith("### ") and line[4:].strip() not in SECTIONS:
            yield Finding(file.path, number, f"\"{line}\" is no section", ", ".join(SECTIONS))
        elif line.startswith("- ") and not ENTRY.match(line):
            yield Finding(file.path, number, "an entry without its area",
                          "\"- bridge: what a user notices\"")


RULES = (missing_files, left_out, doubts, links, private_paths, package_hosts, changelog)
