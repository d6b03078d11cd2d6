"""Names that say nothing. If nothing better comes to mind, the thing isn't understood yet."""

import ast
import re

from house import seams
from house.tree import Finding

BANNED = {"manager", "helper", "util", "common", "service", "data", "info", "misc", "process",
          "do", "impl", "managers", "helpers", "utils", "services", "infos", "processes"}
INSTEAD = "the name of what it is or does (ARCHITECTURE.md, glossary)"

CXX_TYPE = re.compile(r"\b(?:class|struct|union|namespace|concept|using|enum(?:\s+class)?)\s+"
                      r"(?:\[\[\w+\]\]\s*)?(\w+)")
# A type, blanks or a `&`, then the name that is declared.
CXX_NAME = re.compile(r"(?<![\w.:>])((?:[\w:]+(?:<[^;{}()]*>)?))(?:\s*[&*]+\s*|\s+)"
                      r"(?:const\s+)?(~?\w+)\s*(?=[=({;,)\[:])")
NOT_A_TYPE = {
    "return", "co_return", "co_await", "co_yield", "throw", "new", "delete", "else", "case", "goto",
    "typename", "using", "namespace", "operator", "in", "public", "private", "protected", "not",
    "and", "or", "sizeof", "while", "if", "do", "class", "struct", "enum", "constexpr", "friend",
}
SCRIPT_NAME = re.compile(r"\b(?:const|let|var|function\*?|class|interface|type|enum)\s+(\w+)")


def words(name):
    """snake_case, CamelCase, kebab-case and dotted names into lower-case words."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", split) if word]


def banned_word(name):
    return next((word for word in words(name) if word in BANNED), None)


def cxx_names(code):
    """(line, name) of what is declared; enumerators too."""
    for match in CXX_TYPE.finditer(code):
        yield code.count("\n", 0, match.start(1)) + 1, match.group(1)
    for match in CXX_NAME.finditer(code):
        if match.group(1) not in NOT_A_TYPE:
            is_function = code[match.end() : match.end() + 1] == "("
            name = match.group(2)
            if name == "data" and is_function:
                continue  # every container of the standard library has it
            yield code.count("\n", 0, match.start(2)) + 1, name
    for body in re.finditer(r"\benum\b[^;{}()]*\{([^{}]*)\}", code):
        for name in re.finditer(r"(?:^|,)\s*(\w+)", body.group(1)):
            yield code.count("\n", 0, body.start(1) + name.start(1)) + 1, name.group(1)


def python_names(text):
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def script_names(code):
    for match in SCRIPT_NAME.finditer(code):
        yield code.count("\n", 0, match.start(1)) + 1, match.group(1)


def declared(file):
    if file.is_cxx:
        return cxx_names(file.parts.code)
    if file.is_script:
        return script_names(file.parts.code)
    if file.suffix == ".py":
        return python_names(file.text)
    return ()


def is_excused(name, path):
    return any(re.fullmatch(word, name) and re.fullmatch(place, path)
               for word, place, _ in seams.NAMES)


def identifiers(tree):
    for file in tree.files:
        seen = set()
        for line, name in declared(file):
            word = banned_word(name)
            if word and (line, name) not in seen and not is_excused(name, file.path):
                seen.add((line, name))
                yield Finding(file.path, line, f"`{name}`: the word \"{word}\" says nothing",
                              INSTEAD)


def file_names(tree):
    for path in sorted(tree.paths | tree.folders):
        name = path.rsplit("/", 1)[-1]
        word = banned_word(name)
        if word:
            yield Finding(path, 1, f"a file or folder called \"{word}\"", INSTEAD)


SCOPE = re.compile(r"(?P<open>\bnamespace\s*(?P<space>[\w:]*)\s*\{)"
                   r"|\b(?:struct|class|enum)\s+(?:class\s+)?(?P<type>\w+)\s*(?:final\s*)?"
                   r"(?::(?!:)[^;{}]*)?\{"
                   r"|(?P<brace>\{)|(?P<end>\})")


def types_of_namespaces(code):
    """(line, namespace, name) of types that a namespace defines; an unnamed one defines none."""
    scopes = []
    for match in SCOPE.finditer(code):
        if match.group("end"):
            if scopes:
                scopes.pop()
        elif match.group("open"):
            scopes.append(match.group("space"))
        else:
            if match.group("type") and all(scopes):
                line = code.count("\n", 0, match.start()) + 1
                yield line, "::".join(scopes), match.group("type")
            scopes.append("")


def one_definition(tree):
    """Two types of one name in one namespace, in two files: the linker takes one's destructor, or a
    function of one, for both, silently."""
    seen = {}
    for file in tree.files:
        if not file.is_cxx or file.is_test or not file.path.startswith("src/"):
            continue
        for line, space, name in types_of_namespaces(file.parts.code):
            first = seen.setdefault((space, name), file.path)
            if first != file.path:
                yield Finding(file.path, line, f"`{space}::{name}` is defined in {first} too",
                              "another name, or an unnamed namespace in a .cc file")


RULES = (identifiers, file_names, one_definition)
