"""Read and write the file that keeps a plan for approval."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from iamgen.deploy.step_json import REPAIRS, as_json, from_json, is_step
from iamgen.deploy.steps import ExecuteChangeSet, ProtectStack, SetStackPolicy, Step
from iamgen.errors import refuse
from iamgen.ui.files import require_no_links, write_all

_VERSION = 3
# Version 1 had no steps, and version 2 those of the repair alone.
_VERSIONS = (1, 2, _VERSION)
_ID = re.compile(r"arn:[\w-]+:cloudformation:[\w-]+:\d{12}:(?:stack|changeSet)/[\w-]+/[\w-]+")
_ADDED_LATER = {"steps", "service_role"}  # fields that files of earlier versions do not have
_HINT = "make a new one: iamgen plan ACCOUNT -o FILE"


@dataclass(frozen=True)
class Kept:
    """What a file contains about one account's plan: a change set that waits, and the steps that carry the plan out."""

    account: str
    """The account's name."""
    account_id: str
    """The account's id."""
    region: str
    """The stack's region."""
    stack: str
    """The stack's name."""
    stack_id: str
    """The stack's id."""
    change_set: str
    """The change set's id; empty where there is none, because all there is to do is a repair."""
    kind: str
    """Whether it creates or updates the stack."""
    moment: str
    """The stack as it was, as text that is compared."""
    digest: str
    """The digest of the template that the change set brings; empty where there is none."""
    steps: tuple[Step, ...] = ()
    """The steps that were approved, in their order."""
    service_role: str = ""
    """The ARN of the role that the change set gives to the stack; empty where the stack keeps the one that it has."""

    @property
    def repairs(self) -> tuple[Step, ...]:
        """The steps of the repair."""
        return tuple(step for step in self.steps if isinstance(step, REPAIRS))


def write(path: Path, plans: Iterable[Kept]) -> None:
    """Write the plans. Raises IamgenError when the file cannot be written."""
    values = [{**asdict(plan), "steps": [as_json(step) for step in plan.steps]} for plan in plans]
    write_all({path: json.dumps({"version": _VERSION, "plans": values}, indent=2) + "\n"}, within=path.parent)


def require_place(path: Path) -> None:
    """Refuse, before a plan is made, to write it through a symlink, or over a file that is no plan, of whatever
    version. An empty file may be written over. Raises IamgenError."""
    require_no_links([path], path.parent)
    if path.is_file() and path.stat().st_size and not _is_plan_file(path):
        problem = "exists already, and is not a plan of iamgen"
        raise refuse(str(path), problem, "name another file for the plan, or move that one away")


def _is_plan_file(path: Path) -> bool:
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(whole, dict) and "plans" in whole


def read(path: Path) -> tuple[Kept, ...]:
    """Return the plans of a file; none if there was nothing to change. Raises IamgenError if it is not such a file."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise refuse(str(path), f"cannot be read: {exc.strerror}", _HINT) from exc
    except ValueError as exc:
        raise refuse(str(path), f"is no plan: {exc}", _HINT) from exc
    version = whole.get("version") if isinstance(whole, dict) else None
    plans = whole.get("plans") if version in _VERSIONS else None
    if not isinstance(plans, list) or not all(map(_is_plan, plans)):
        raise refuse(str(path), "is no plan of this version of iamgen", _HINT)
    for plan in plans:
        if not _is_consistent(plan, version):
            message = f"the steps of {plan['account']} are not those of its stack and its change set"
            raise refuse(str(path), message, f"somebody has changed the file; {_HINT}")
    names = [str(plan["account"]) for plan in plans]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refuse(str(path), f"has more than one plan for {', '.join(twice)}", _HINT)
    return tuple(Kept(**{**plan, "steps": tuple(map(from_json, plan.get("steps", ())))}) for plan in plans)


def _is_plan(value: object) -> bool:
    """Whether JSON values are an account's plan, with every field and no other."""
    names = {field.name for field in fields(Kept)} - _ADDED_LATER
    if not isinstance(value, dict) or value.keys() - _ADDED_LATER != names:
        return False
    if not isinstance(value.get("service_role", ""), str):
        return False
    steps = value.get("steps", [])
    if not isinstance(steps, list) or not all(map(is_step, steps)):
        return False
    if not all(isinstance(value[name], str) for name in names):
        return False
    ids = [value["stack_id"], *([value["change_set"]] if value["change_set"] or not steps else [])]
    return all(_ID.fullmatch(item) for item in ids)


def _is_consistent(plan: Mapping[str, Any], version: object) -> bool:
    """Whether the steps are of the plan's own stack, and execute the plan's own change set: whoever approves a file
    reads its steps. Before version 3 there were none but those of the repair."""
    steps = [from_json(step) for step in plan.get("steps", ())]
    if version != _VERSION:
        return all(isinstance(step, REPAIRS) for step in steps)
    stacks = {step.stack for step in steps if isinstance(step, ExecuteChangeSet | ProtectStack | SetStackPolicy)}
    executed = [step.change_set for step in steps if isinstance(step, ExecuteChangeSet)]
    return stacks <= {plan["stack"]} and executed == ([plan["change_set"]] if plan["change_set"] else [])
