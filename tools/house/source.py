"""C++ and JavaScript text taken apart, well enough for rules about lines, names and lengths.

No compiler: a compiler would need the build, and the rules should answer in a second on a fresh
clone. What is lost are macros that hide braces; the repository has none.
"""

import dataclasses
import re

CXX_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      |(?P<raw>\b(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")
      |(?P<text>"(?:[^"\\\n]|\\.)*")
      |(?P<char>(?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)+')""",
    re.S | re.X)
SCRIPT_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      |(?P<tick>`)
      |(?P<regex>(?<=[(,=:\[!&|?{};\n])[ ]*/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/)""",
    re.S | re.X)


@dataclasses.dataclass
class Parts:
    """`code` has the text's length: comments and literals are blanks (quotes stay)."""

    code: str
    literals: list  # (line, content)
    comments: list  # (first line, last line, content)

    def code_lines(self):
        return self.code.split("\n")


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def quoted(text):
    return text[0] + blank(text[1:-1]) + text[-1] if len(text) > 1 else text


def template_end(text, at):
    """The place behind a template literal that begins at `at`; `${…}` may hold others."""
    depth = 0
    at += 1
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if depth == 0 and text[at] == "`":
            return at + 1
        if text.startswith("${", at):
            depth += 1
            at += 2
            continue
        if depth and text[at] == "`":
            at = template_end(text, at)
            continue
        if depth and text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
        at += 1
    return len(text)


def split(text, is_script=False):
    pattern = SCRIPT_TOKEN if is_script else CXX_TOKEN
    code, literals, comments = [], [], []
    at, line = 0, 1
    while match := pattern.search(text, at):
        between = text[at : match.start()]
        code.append(between)
        line += between.count("\n")
        end = template_end(text, match.start()) if match.lastgroup == "tick" else match.end()
        token = text[match.start() : end]
        last = line + token.count("\n")
        if token.startswith(("//", "/*")):
            comments.append((line, last, token))
            code.append(blank(token))
        else:
            literals.append((line, token))
            code.append(quoted(token))
        at, line = end, last
    code.append(text[at:])
    return Parts("".join(code), literals, comments)


@dataclasses.dataclass(frozen=True)
class Function:
    name: str
    first: int
    last: int

    @property
    def lines(self):
        return self.last - self.first + 1


def without_directives(code):
    """Preprocessor lines, continued ones too, as blanks: their braces need not match."""
    return re.sub(r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$", lambda found: blank(found.group()), code)


CXX_BLOCK = re.compile(r"\b(namespace|class|struct|union|enum|extern|concept)\b")
NOT_A_NAME = {"if", "for", "while", "switch", "catch", "return", "decltype", "requires", "sizeof"}


def cxx_kind(head):
    """What a brace opens, judged by the text before it since the last statement."""
    head = re.sub(r"template\s*<[^{};]*?>\s*(?=\w|\[)", "", head.strip())
    if re.match(r"(inline\s+)?(namespace|extern)\b", head):
        return "scope"
    if CXX_BLOCK.search(re.sub(r"\(.*", "", head, flags=re.S)) and not re.search(r"\)\s*$", head):
        return "scope"
    if "(" not in head:
        return "value"
    if re.search(r"\)\s*(noexcept\s*)?:[^:]", head) and re.search(r"[\w>]\s*$", head):
        return "value"  # a member in a constructor's list: name_{…}
    if re.search(r"=\s*$", head):
        return "value"
    return "function"


def cxx_functions(code):
    code = without_directives(code)
    found = []
    stack = []  # (kind, name, first line)
    head_from = 0
    for match in re.finditer(r"[{};]", code):
        at, char = match.start(), match.group()
        inside = stack[-1][0] if stack else "scope"
        if char == "{":
            head = code[head_from:at]
            kind = cxx_kind(head) if inside == "scope" else "inner"
            name = re.search(r"([~\w:]+)\s*\(", head)
            first = code.count("\n", 0, head_from + len(head) - len(head.lstrip())) + 1
            stack.append((kind, name.group(1) if name else "?", first))
            if kind in ("value", "inner"):
                continue
        elif char == "}":
            if not stack:
                break
            kind, name, first = stack.pop()
            if kind == "function" and name not in NOT_A_NAME:
                found.append(Function(name, first, code.count("\n", 0, at) + 1))
            if kind == "value":
                continue  # the head goes on behind an initializer
        if inside == "scope" or not stack or stack[-1][0] == "scope":
            head_from = at + 1
    return found


SCRIPT_FUNCTION = re.compile(
    r"(?:\bfunction\b\s*\*?\s*(?P<plain>\w*)\s*(?:<[^{}()]*>)?\(|=>\s*$|"
    r"(?:^|[\n;{}])\s*(?:static |async |get |set |private |public |readonly )*"
    r"(?P<method>[#\w$]+)\s*(?:<[^{}()]*>)?\([^;]*\)\s*(?::[^;=]+)?\s*$)", re.S)
SCRIPT_CONTROL = {"if", "for", "while", "switch", "catch", "with"}
GROUPING = re.compile(r"\b(?:describe|suite)(?:\.\w+)?\s*\(")


def script_functions(code):
    """Functions, methods and arrows with a body. A `describe(…)` is a heading, not a function."""
    found = []
    stack = []
    head_from = 0
    for match in re.finditer(r"[{};]", code):
        at, char = match.start(), match.group()
        if char == "{":
            head = code[head_from:at]
            last_line_head = head.rstrip()
            is_function = SCRIPT_FUNCTION.search(last_line_head)
            name = ""
            if is_function:
                name = is_function.group("plain") or is_function.group("method") or ""
                if not name:
                    named = re.search(r"(\w+)\s*(?::[^=]+)?=\s*(?:async\s*)?[(<\w]", head)
                    name = named.group(1) if named else "an arrow"
            counts = bool(is_function) and name not in SCRIPT_CONTROL
            counts = counts and not GROUPING.search(head)
            first = code.count("\n", 0, head_from + len(head) - len(head.lstrip())) + 1
            stack.append((counts, name, first))
        elif char == "}" and stack:
            counts, name, first = stack.pop()
            if counts:
                found.append(Function(name, first, code.count("\n", 0, at) + 1))
        head_from = at + 1
    return found
