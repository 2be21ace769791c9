"""The page docs/json.md, written from the JSON Schemas in the package.

`python -m docs.site.json_page > docs/json.md` writes it anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import iamgen

PACKAGE = Path(iamgen.__file__).parent
_INTRODUCTION = """\
# JSON

The shape of what iamgen reads, prints and writes as JSON. The package has a JSON Schema of each, in the file
that is named, and a validator takes it as it is. `[]` stands for each item of a list, and `NAME` for any key of an
object. *always* says whether a field is there whenever the object that it belongs to is. Within a `version`, fields
keep their names and their meaning.

This page is made from the schemas: `python -m docs.site.json_page > docs/json.md`.
"""

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A line of a table: one value in a document."""

    path: str
    """Where the value is, such as `accounts[].id`."""
    kind: str
    """What the value can be, in Markdown."""
    is_required: bool
    """Whether the value is always there."""
    description: str
    """What the schema says that it means."""


def page() -> str:
    """Return the page, in Markdown."""
    paths = sorted(PACKAGE.glob("*/schemas/*.schema.json"), key=lambda path: path.name)
    return "\n".join([_INTRODUCTION, *(line for path in paths for line in _section(path))])


def _section(path: Path) -> Iterator[str]:
    """Yield the section of a schema: its table, and one for each definition that others refer to."""
    schema, name = json.loads(path.read_text(encoding="utf-8")), path.name.removesuffix(".schema.json")
    yield f"## {name}\n"
    yield f"{schema['title']}. The schema is `iamgen/{path.relative_to(PACKAGE)}`.\n"
    if references := [_kind(variant, name) for variant in _variants(schema) if "$ref" in variant]:
        yield f"It is {' or '.join(references)}.\n"
    yield from _table(schema, name)
    for definition, described in schema.get("$defs", {}).items():
        yield f"### {name}: {definition}\n"
        if "description" in described:
            yield f"{described['description']}\n"
        if not described.get("properties"):
            yield f"It is {_kind(described, name)}.\n"
        yield from _table(described, name)


def _table(schema: Schema, name: str) -> Iterator[str]:
    if fields := list({field.path: field for field in _fields(schema, name, "")}.values()):
        yield "| field | value | always | what it means |\n|---|---|---|---|"
        for field in fields:
            always = "yes" if field.is_required else ""
            yield f"| `{field.path}` | {field.kind} | {always} | {_cell(field.description)} |"
        yield ""


def _fields(schema: Schema, name: str, path: str) -> Iterator[Field]:
    """Yield the values in an object or a list, and what is in them, the nearest first."""
    variants = _variants(schema)
    for variant in variants:
        for key, value in variant.get("properties", {}).items():
            below = f"{path}.{key}" if path else key
            always = all(key in each.get("required", ()) for each in variants)
            yield Field(below, _kind(value, name), always, value.get("description", ""))
            yield from _fields(value, name, below)
        for suffix, value in _inside(variant, path):
            below = f"{path}{suffix}"
            if suffix != "[]" or "description" in value or _kind(value, name) != "object":
                yield Field(below, _kind(value, name), False, value.get("description", ""))
            yield from _fields(value, name, below)


def _inside(schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Yield the schema of a list's items and that of an object's other values, where a row of their own says more."""
    if isinstance(items := schema.get("items"), dict) and _has_parts(items):
        yield "[]", items
    if isinstance(values := schema.get("additionalProperties"), dict):
        yield ".NAME" if path else "NAME", values


def _variants(schema: Schema) -> tuple[Schema, ...]:
    return tuple(schema.get("anyOf") or schema.get("oneOf") or (schema,))


def _has_parts(schema: Schema) -> bool:
    return any(variant.keys() & {"properties", "items", "additionalProperties"} for variant in _variants(schema))


def _kind(schema: Schema, name: str) -> str:
    """Say in Markdown what a value can be."""
    if len(variants := _variants(schema)) > 1:
        return " or ".join(dict.fromkeys(_kind(variant, name) for variant in variants))
    if reference := schema.get("$ref"):
        definition = reference.rpartition("/")[2]
        return f"[{definition}](#{name}-{definition.lower()})"
    if "enum" in schema:
        return ", ".join(f"`{_literal(value)}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{_literal(schema['const'])}`"
    return _type(schema, name)


def _type(schema: Schema, name: str) -> str:
    declared = schema.get("type", "anything")
    types = [declared] if isinstance(declared, str) else declared
    return " or ".join(_of_type(kind, schema, name) for kind in types)


def _of_type(kind: str, schema: Schema, name: str) -> str:
    if kind == "array":
        items = schema.get("items", {})
        return f"list of {_kind(items, name)}" if items and not _has_parts(items) else "list"
    if kind == "string" and "format" in schema:
        return str(schema["format"])
    return kind


def _literal(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page())
