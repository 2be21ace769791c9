"""Write findings as JSON, for a program.

An object of three: `templates`, the names or files of those checked; `counts`, how many findings there are of
each level; and `findings`, each with `place` (one of the templates) and the fields of `Finding`: `rule`, `level`,
`message`, `path` (a list of names and numbers), `line` (0 where unknown), `source`, `name`, `cause` (empty where
unknown), and `column`, that of the cause (0 where unknown). What is wrong with the declaration itself is there as
well: its place is the file, `users.py`, and its cause the line. Fields may be added; none changes or goes.
"""

from __future__ import annotations

import json

from iamgen.check.formats._places import FindingsByPlace, counts, ordered
from iamgen.source_place import column_of


def render(findings: FindingsByPlace) -> str:
    """Return the findings as JSON, in ASCII, ending in a newline."""
    return json.dumps(plain(findings), indent=2) + "\n"


def plain(findings: FindingsByPlace) -> dict[str, object]:
    """Return what `render` writes, as JSON values, to be put together with others."""
    return {
        "templates": sorted(findings),
        "counts": dict(counts(findings)),
        "findings": [
            {"place": place, **finding.plain(), "column": column_of(finding.cause)}
            for place, finding in ordered(findings)
        ],
    }
