"""`iamgen promote`: move a channel's branch, from which CI deploys, to a release; or print earlier promotions."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from iamgen.access_changes import access_changes
from iamgen.clock import now
from iamgen.commands.requests import Consent, Output
from iamgen.declaration.holdings import Regained, regained
from iamgen.declaration.types.settings import Settings
from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.project import Project
from iamgen.release.audit import log_of
from iamgen.release.notes import Effects, promotion_notes
from iamgen.release.promotion import Promotion, PromotionRequest, planned, publish, release_commit, require_channel
from iamgen.release.repository import open_repository
from iamgen.release.versions import require_version
from iamgen.revision import Comparison, Revision, checked_at, compared, project_at
from iamgen.ui.confirm import Action, Confirmation
from iamgen.ui.console import Console
from iamgen.ui.layout import plain_text


@dataclass(frozen=True)
class PromoteRequest:
    """Which version goes to which channel, or whether to print what went to the channel before."""

    root: Path
    """The folder that has users.py."""
    channel: str | None
    """The channel, as `Settings(channels=...)` calls it; None is the only one that there is."""
    version: str | None = None
    """The version to promote; None when the log is printed."""
    log: bool = False
    """Whether to print the channel's earlier promotions."""
    remote: str | None = None
    """The git remote to push to; None takes the usual one."""
    consent: Consent = field(default_factory=Consent)
    """Whether the question is answered beforehand."""
    output: Output = field(default_factory=Output)
    """Whether stdout is JSON."""


def promote(request: PromoteRequest, console: Console) -> int:
    """Promote, or print the log; return 0, also when it is there already, and 1 when the answer was no.

    Raises IamgenError with whatever is in the way, and then nothing has changed.
    """
    if (request.version is None) != request.log:
        problem = "it takes either a version or --log"
        raise UsageError([Fault("promote", problem, f"such as: iamgen promote {request.channel or 'infra'} v1.2.3")])
    if request.version is not None:
        require_version(request.version, "promote")
        if not request.consent.dry_run:
            console.require_answer("promote", yes=request.consent.yes)
    settings = _settings(request, console)
    channel = _channel(request, settings)
    if request.version is None:
        return _log(request, channel, console)
    return _promote(request, channel, settings.main_branch if settings else None, console)


def _channel(request: PromoteRequest, settings: Settings | None) -> str:
    """Return the channel that is meant. Raises UsageError for one that there is not, or where it may be several."""
    channels = tuple(settings.channels) if settings else ()
    if request.channel is not None:
        if settings:
            require_channel(request.channel, channels)
        return request.channel
    if len(channels) == 1:
        return channels[0]
    listed = f"there is {', '.join(channels)}" if channels else "they stand in Settings(channels=…)"
    hint = f"name it: iamgen promote {channels[0] if channels else 'infra'} {request.version or '--log'}"
    raise UsageError([Fault("promote", f"it does not say to which channel: {listed}", hint)])


def _settings(request: PromoteRequest, console: Console) -> Settings | None:
    """Return the settings of the working tree.

    Where it has faults, warnings say so, and the settings are those of the release, so that one can go back to it;
    None where no release is asked for. Raises IamgenError where the release has faults as well.
    """
    moment = now()
    try:
        return Project.load(request.root, moment).declaration.settings
    except IamgenError as exc:
        faults = exc.faults
    used = f"the settings of {request.version} are used" if request.version else "which channels it has is not known"
    hint = "mend it before the next release"
    console.warnings((*faults, Fault(str(request.root), f"has faults: {used}", hint)))
    if request.version is None:
        return None
    repository = open_repository(request.root)
    commit = release_commit(repository, request.version, request.remote)
    with project_at(Revision(repository, commit, request.version), moment) as project:
        return project.declaration.settings


def _log(request: PromoteRequest, channel: str, console: Console) -> int:
    log, warnings = log_of(open_repository(request.root), channel, request.remote)
    console.warnings(warnings)
    if request.output.as_json:
        console.product(json.dumps([promotion.plain() for promotion in log], indent=2) + "\n")
    elif log:
        console.product("".join(f"{promotion.line}\n" for promotion in log))
    else:
        console.note(f"nothing was promoted to {channel} yet")
    return 0


def _promote(request: PromoteRequest, channel: str, main: str | None, console: Console) -> int:
    repository = open_repository(request.root)
    plan = planned(repository, PromotionRequest(channel, request.version or "", request.remote, main))
    confirmation = Confirmation(console, request.consent.yes, request.consent.dry_run, request.output.as_json)
    if plan.is_there:
        console.note(f"{plan.branch} in {plan.remote.name} has {plan.version} already")
        confirmation.report({**_plain(plan, Effects(()), ()), "access": None, "promoted": False})
        return 0
    console.warnings(plan.warnings)
    after = checked_at(Revision(repository, plan.commit, str(plan.version)), now(), console)
    before = Revision(repository, plan.now, plan.now_name) if plan.now else None
    comparison = compared(before, after, console)
    back, access = _access_back(plan, comparison), access_changes(comparison)
    lines = [item.line for item in back or ()]
    effects = Effects(comparison.accounts, comparison.refusals, lines, access.lines)
    notes = promotion_notes(plan, effects)
    target = f"{plan.version} to {plan.branch} in {plan.remote.name}{', a rollback' if plan.is_rollback else ''}"
    action = Action(
        "promote",
        "promoted",
        target,
        lambda: publish(plan, plain_text(notes)),
        f": {plan.audit_tag}",
        f"CI deploys {plan.branch}; without CI: git checkout {plan.version}, then iamgen deploy --all",
    )
    return confirmation.carry_out(action, notes, {**_plain(plan, effects, back), "access": access.plain()})


def _access_back(plan: Promotion, comparison: Comparison) -> tuple[Regained, ...] | None:
    """Return who gets access back by what is undone; None where that cannot be told."""
    if comparison.accounts is None:
        return None
    before, after = comparison.before, comparison.after
    if before is None or not plan.takes_back:
        return ()
    return regained(before.declaration, after.declaration, after.project.now)


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
        "comes": [commit.plain() for commit in plan.comes],
        "goes": [commit.plain() for commit in plan.goes],
        "on_main": plan.on_main,
        **effects.plain(),
        "access_back": None if back is None else [access.plain() for access in back],
    }
