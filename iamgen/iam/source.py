"""Parse the text of a template, JSON or YAML, into plain data with the line and column of every value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath

from iamgen.errors import refuse
from iamgen.iam.syntax import Path, Position, Positions
from iamgen.iam.text_file import parsed, read_text

_BOM = "\ufeff"


@dataclass(frozen=True, eq=False)
class Source:
    """A template as it was written."""

    file: str
    """Where the text is from, as messages name it."""
    text: str
    """The text."""
    body: Mapping[str, object]
    """What the text says: plain data, functions in their long form (`{"Ref": …}`, `{"Fn::Sub": …}`)."""

    @cached_property
    def positions(self) -> Positions:
        """The position of each value by its path. Read when it is first asked for: most templates have no findings."""
        if _is_json(self.text):
            from iamgen.iam import json_text

            return json_text.positions(self.text)
        from iamgen.iam import yaml_text

        return yaml_text.positions(self.text)

    def position(self, path: Path) -> Position | None:
        """Return the position of a value, or of the nearest one around it; None for the whole template."""
        around = (self.positions.get(path[:length]) for length in range(len(path), 0, -1))
        return next(filter(None, around), None)


def read(file: FilePath) -> Source:
    """Return the template of a file. Raises IamgenError, with the file and, where known, the line."""
    return parse(str(file), read_text(file, str(file), "a template is text in UTF-8"))


def parse(file: str, text: str) -> Source:
    """Return the template of a text; `file` is where it is from, in messages. Raises IamgenError."""
    text = text.removeprefix(_BOM)
    body = parsed(file, text, _body, "write JSON or YAML, as CloudFormation reads it")
    if not isinstance(body, Mapping) or not isinstance(body.get("Resources"), Mapping):
        raise refuse(file, "is no template: it has no Resources", "name a CloudFormation template")
    return Source(file, text, body)


def _body(text: str) -> object:
    if _is_json(text):
        from iamgen.iam import json_text

        return json_text.parse(text)
    from iamgen.iam import yaml_text  # PyYAML takes 10 ms to load, and most templates are JSON

    return yaml_text.parse(text)


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")
