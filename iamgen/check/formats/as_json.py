"""Findings for a program.

An object of three: `templates`, the names or files of those checked; `counts`, how many findings there are of
each level; and `findings`, each with `place` (one of the templates) and the fields of `Finding`: `rule`, `level`,
`message`, `path` (a list of names and numbers), `line` (0 where unknown), `source`, `name`, `cause` (empty where
unknown). Fields may be added; none changes or goes.
"""

from __future__ import annotations

import json

from iamgen.check.formats._places import FindingsByPlace, counts, ordered


def render(findings: FindingsByPlace) -> str:
    """Return the findings as JSON, in ASCII, ending in a newline."""
    return json.dumps(plain(findings), indent=2) + "\n"


def plain(findings: FindingsByPlace) -> dict[str, object]:
    """Return what `render` writes, as JSON values, to be put together with others."""
    return {
        "templates": sorted(findings),
        "counts": dict(counts(findings)),
        "findings": [{"place": place, **finding.plain()} for place, finding in ordered(findings)],
    }
