"""The board's types out of the description of the API: what `make docs` writes to
board/src/contract.ts, and `make docs-check` compares."""

import textwrap

WIDTH = 84  # of words that exclude each other
HEADER = """// The shapes of the API, printed by the program (GET /openapi.json): `make docs`. Other
// names for some of them: types.ts.

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
"""

def type_of(schema, indent):
    if "$ref" in schema:
        return schema["$ref"].split("/")[-1]
    if "anyOf" in schema:
        return " | ".join(type_of(one, indent) for one in schema["anyOf"])
    if "enum" in schema:
        words = " | ".join("null" if one is None else f'"{one}"' for one in schema["enum"])
        return textwrap.fill(words, WIDTH, subsequent_indent=indent, break_long_words=False)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " | ".join(named(kind, schema, indent) for kind in kinds)


def named(kind, schema, indent):
    if kind == "array":
        item = type_of(schema["items"], indent)
        return f"({item})[]" if " | " in item else f"{item}[]"
    if kind == "object":
        return members_of(schema, indent) if "properties" in schema else "Record<string, string>"
    return {"integer": "number"}.get(kind, kind)


def members_of(schema, indent):
    required = set(schema["required"])
    lines = []
    for name, one in schema["properties"].items():
        mark = "" if name in required else "?"
        docs = f"  // {one['description']}" if "description" in one else ""
        lines.append(f"{indent}  {name}{mark}: {type_of(one, indent + '  ')};{docs}")
    return "{\n" + "\n".join(lines) + f"\n{indent}}}"


def is_page(schema):
    return list(schema["properties"]) == ["items", "next_cursor"]


def board_types(api):
    """The text of contract.ts."""
    parts = [HEADER]
    for name, schema in sorted(api["components"]["schemas"].items()):
        if is_page(schema):
            item = type_of(schema["properties"]["items"]["items"], "")
            parts.append(f"export type {name} = Page<{item}>;\n")
        else:
            parts.append(f"export interface {name} {members_of(schema, '')}\n")
    topics = api["paths"]["/v1/live"]["get"]["responses"]["200"]["content"]["text/event-stream"]
    lines = [f"  {name}: {type_of(one, '  ')};" for name, one in topics["x-events"].items()]
    parts.append("/** What an event of the live stream carries, by its topic. */\n"
                 "export interface LiveEvents {\n" + "\n".join(lines) + "\n}\n")
    return "\n".join(parts)
