"""`iamgen promote`: put a release where CI deploys it from, or say what was promoted before."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from iamgen.clock import now
from iamgen.declaration.holdings import Regained, regained
from iamgen.declaration.load import load
from iamgen.deploy.expected_refusals import objections
from iamgen.errors import Fault, UsageError
from iamgen.release.audit import log_of
from iamgen.release.notes import Effects, promotion_notes
from iamgen.release.promotion import Promotion, Request, planned, publish, require_channel
from iamgen.release.repository import open_repository
from iamgen.release.versions import wanted as wanted_version
from iamgen.rendered import Comparison, checked_at, compared
from iamgen.ui.confirm import Asking, Deed
from iamgen.ui.console import Console


@dataclass(frozen=True)
class Promoting:
    """Which version goes to which channel; without a version, `log` says what went there."""

    root: Path
    channel: str
    version: str | None = None
    log: bool = False
    remote: str | None = None
    yes: bool = False
    dry_run: bool = False
    as_json: bool = False


def promote(wanted: Promoting, console: Console) -> int:
    """Promote, or print the log; return 0, also when it is there already, and 1 when the answer was no.

    Raises IamgenError with whatever is in the way, and then nothing has changed.
    """
    if (wanted.version is None) != wanted.log:
        what = "it takes either a version or --log"
        raise UsageError([Fault("promote", what, f"such as: iamgen promote {wanted.channel} v1.2.3")])
    if wanted.version is not None:
        wanted_version(wanted.version, "promote")
        if not wanted.dry_run:
            console.require_answer("promote", yes=wanted.yes)
    settings = load(wanted.root, now()).declaration.settings
    require_channel(wanted.channel, tuple(settings.channels))
    if wanted.version is None:
        return _log(wanted, console)
    return _promote(wanted, wanted.version, settings.main_branch, console)


def _log(wanted: Promoting, console: Console) -> int:
    log, warnings = log_of(open_repository(wanted.root), wanted.channel, wanted.remote)
    for warning in warnings:
        console.warning(warning)
    if wanted.as_json:
        console.product(json.dumps([one.plain() for one in log], indent=2) + "\n")
    elif log:
        console.product("".join(f"{one.line}\n" for one in log))
    else:
        console.note(f"nothing was promoted to {wanted.channel} yet")
    return 0


def _promote(wanted: Promoting, version: str, main: str | None, console: Console) -> int:
    repository = open_repository(wanted.root)
    plan = planned(repository, Request(wanted.channel, version, wanted.remote, main))
    asking = Asking(console, wanted.yes, wanted.dry_run, wanted.as_json)
    if plan.is_there:
        console.note(f"{plan.branch} in {plan.remote.name} has {plan.version} already")
        asking.tell({**_plain(plan, Effects(()), ()), "promoted": False})
        return 0
    for warning in plan.warnings:
        console.warning(warning)
    after = checked_at(repository, plan.commit, str(plan.version), now(), console)
    comparison = compared(repository, plan.now, plan.now_name, after, console)
    back = _access_back(plan, comparison)
    effects = _effects(comparison, back or ())
    notes = promotion_notes(plan, effects)
    what = f"{plan.version} to {plan.branch} in {plan.remote.name}{', a rollback' if plan.is_rollback else ''}"
    deed = Deed("promote", "promoted", what, lambda: publish(plan, notes), f": {plan.audit_tag}")
    return asking.carry_out(deed, notes, _plain(plan, effects, back))


def _access_back(plan: Promotion, comparison: Comparison) -> tuple[Regained, ...] | None:
    """Return who gets access back by what is undone; None where that cannot be told."""
    if comparison.accounts is None:
        return None
    before, after = comparison.before, comparison.after
    if before is None or not plan.takes_back:
        return ()
    return regained(before.declaration, after.declaration, after.moment)


def _effects(comparison: Comparison, back: Collection[Regained]) -> Effects:
    before, after = comparison.before, comparison.after
    refused = objections(before.templates, after.templates, after.declaration, after.moment) if before else ()
    return Effects(comparison.accounts, refused, [one.line for one in back])


def _plain(plan: Promotion, effects: Effects, back: Collection[Regained] | None) -> dict[str, object]:
    return {
        "channel": plan.channel,
        "version": str(plan.version),
        "commit": plan.commit,
        "branch": plan.branch,
        "remote": plan.remote.name,
        "before": {"version": str(plan.now_version) if plan.now_version else None, "commit": plan.now},
        "rollback": plan.is_rollback,
        "audit_tag": None if plan.is_there else plan.audit_tag,
        "comes": [one.plain() for one in plan.comes],
        "goes": [one.plain() for one in plan.goes],
        "on_main": plan.on_main,
        **effects.plain(),
        "access_back": None if back is None else [one.plain() for one in back],
    }
