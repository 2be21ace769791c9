"""A plan kept in a file, for somebody else to approve: which change set, on which stack, as it was when."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from iamgen.errors import refuse
from iamgen.ui.files import write_all

_VERSION = 1
_ID = re.compile(r"arn:[\w-]+:cloudformation:[\w-]+:\d{12}:(?:stack|changeSet)/[\w-]+/[\w-]+")
_HINT = "make a new one: iamgen plan ACCOUNT -o FILE"


@dataclass(frozen=True)
class Kept:
    """A change set that waits. `moment` is the stack as it was, `digest` the template that it brings, both as text
    that is compared."""

    account: str
    account_id: str
    region: str
    stack: str
    stack_id: str
    change_set: str
    kind: str
    moment: str
    digest: str


def write(path: Path, plans: Iterable[Kept]) -> None:
    """Write the plans. Raises IamgenError when the file cannot be written."""
    whole = {"version": _VERSION, "plans": [asdict(one) for one in plans]}
    write_all({path: json.dumps(whole, indent=2) + "\n"})


def read(path: Path) -> tuple[Kept, ...]:
    """Return the plans of a file, none where nothing was to change. Raises IamgenError for what is no such file."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise refuse(str(path), f"cannot be read: {exc.strerror}", _HINT) from exc
    except ValueError as exc:
        raise refuse(str(path), f"is no plan: {exc}", _HINT) from exc
    plans = whole.get("plans") if isinstance(whole, dict) and whole.get("version") == _VERSION else None
    if not isinstance(plans, list) or not all(_is_plan(one) for one in plans):
        raise refuse(str(path), "is no plan of this version of iamgen", _HINT)
    names = [str(one["account"]) for one in plans]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refuse(str(path), f"has more than one plan for {', '.join(twice)}", _HINT)
    return tuple(Kept(**one) for one in plans)


def _is_plan(value: object) -> bool:
    names = {field.name for field in fields(Kept)}
    if not isinstance(value, dict) or value.keys() != names or not all(isinstance(one, str) for one in value.values()):
        return False
    return all(_ID.fullmatch(value[name]) for name in ("stack_id", "change_set"))
