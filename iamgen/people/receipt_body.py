"""Build the receipt of an offboarding: what the leaver had, each run, and what was proven at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from iamgen.declaration.expiry import iso
from iamgen.people.leaver_state import LeaverState
from iamgen.people.offboarding_checks import OffboardingCheck
from iamgen.people.offboarding_run import OffboardingRun
from iamgen.people.people_account import PeopleAccount
from iamgen.people.plain_values import plain
from iamgen.people.receipt import SCHEMA_VERSION, Receipt
from iamgen.people.step_report import plain_steps
from iamgen.people.step_runner import StepsOutcome

ReceiptState = Literal["begun", "done", "access gone", "incomplete"]


@dataclass(frozen=True)
class ReceiptParts:
    """The parts of which a receipt is made."""

    people: PeopleAccount
    """The account that holds people, and who is signed in."""
    before: LeaverState
    """What was found when this run began."""
    run: OffboardingRun
    """The run."""
    keep_user: bool
    """Whether the user is to stay, without access."""
    began: datetime
    """When the run began."""
    earlier: Receipt | None
    """The receipt of earlier runs; None where there was none."""


@dataclass(frozen=True)
class ReceiptEnd:
    """How a run ended."""

    ended: datetime
    """When."""
    after: LeaverState
    """What AWS has at the end."""
    checks: Sequence[OffboardingCheck]
    """What was proven, or not."""
    remaining: Sequence[str]
    """What is left to do by hand."""


def receipt_body(parts: ReceiptParts, end: ReceiptEnd | None) -> dict[str, Any]:
    """Return what the receipt says; `end` is None while the run goes on."""
    earlier: Mapping[str, Any] = parts.earlier.body if parts.earlier else {}
    leaver = parts.before.leaver
    return {
        "version": SCHEMA_VERSION,
        "state": _state(parts, end),
        "user": {"name": leaver.name, "id": leaver.id, "arn": leaver.arn, "is_kept": parts.keep_user},
        "account": parts.people.where,
        "accounts": _accounts(parts, end.after if end else parts.before),
        "found": _first_state(parts, earlier),
        "runs": [*earlier.get("runs", ()), _run(parts, end)],
        "proven": {
            "at": iso(end.ended) if end else None,
            "checks": [plain(check) for check in end.checks] if end else [],
        },
        "remaining": list(end.remaining) if end else [],
    }


def _state(parts: ReceiptParts, end: ReceiptEnd | None) -> ReceiptState:
    if end is None:
        return "begun"
    if not all(check.holds for check in end.checks):
        return "incomplete"
    return "access gone" if parts.keep_user and end.after.user else "done"


def _accounts(parts: ReceiptParts, state: LeaverState) -> dict[str, Any]:
    """Return by account up to when the sessions of each role were ended, and of which roles they were not; what earlier
    runs have ended stays known."""
    accounts: dict[str, Any] = {
        name: {**item, "ended": dict(item["ended"])}
        for name, item in (parts.earlier.body["accounts"] if parts.earlier else {}).items()
    }
    for name, traces in state.traces.items():
        item = accounts.setdefault(name, {"account": str(traces.account), "ended": {}})
        for role in traces.roles:
            if role.revocation:
                item["ended"][role.name] = iso(role.revocation.until)
        item["not_ended"] = [role.name for role in traces.roles if role.name not in item["ended"]]
    return accounts


def _first_state(parts: ReceiptParts, earlier: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was found when the first run began: later there is less."""
    if earlier and earlier["found"]["user"]:
        return dict(earlier["found"])
    before = parts.before
    return {
        "at": iso(parts.began),
        "user": plain(before.user),
        "trusting_roles": {name: list(traces.trusting) for name, traces in before.traces.items()},
        "namesakes": {name: traces.namesake for name, traces in before.traces.items() if traces.namesake},
        "not_looked_at": {name: error.faults[0].problem for name, error in before.unread.items()},
    }


def _run(parts: ReceiptParts, end: ReceiptEnd | None) -> dict[str, Any]:
    caller = parts.people.caller
    return {
        "began": iso(parts.began),
        "ended": iso(end.ended) if end else None,
        "by": caller.arn,
        "assumed_by": caller.source,
        "steps": plain_run_steps(parts.run),
        "faults": [fault.plain() for fault in parts.run.faults],
    }


def plain_run_steps(run: OffboardingRun) -> dict[str, Any]:
    """Return the steps of a run as JSON values, by account, each with what became of it."""
    return {
        name: plain_steps(steps, _whole(run.outcomes.get(name, []))) for name, steps in run.planned.items() if steps
    }


def _whole(outcomes: Sequence[StepsOutcome]) -> StepsOutcome | None:
    """Return what became of all steps of an account; None where none was begun."""
    if not outcomes:
        return None
    return StepsOutcome(
        done=[step for outcome in outcomes for step in outcome.done],
        refused=[pair for outcome in outcomes for pair in outcome.refused],
    )
