"""Values of a template that are unknown until it is deployed, and the reasons why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iamgen.iam.holes import HOLE, function, shown


def unknown_parts(value: object) -> Iterator[str]:
    """Yield why a value, references in it resolved, is not known before the deployment, as clauses."""
    if isinstance(value, str):
        if HOLE.search(value):
            yield f"{shown(value)} is not known before the deployment"
    elif isinstance(value, list | tuple):
        for item in value:
            yield from unknown_parts(item)
    elif isinstance(value, Mapping):
        if function(value) == "Fn::If":
            yield f"depends on the condition {_condition(value['Fn::If'])}"
            return
        for key, item in value.items():
            if key == "Ref" or str(key).startswith("Fn::"):
                yield f"has the function {key} among other keys"
            yield from unknown_parts(key)
            yield from unknown_parts(item)


def _condition(choice: object) -> str:
    return str(choice[0]) if isinstance(choice, list) and choice else "of an Fn::If"
